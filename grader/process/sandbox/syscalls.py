"""The system calls that a child may make: numbers on x86_64 and on aarch64, "-" for none.

An allow-list, because a deny-list forgets: what is not here is refused. All of these work on
what the process has already, or on files, where Landlock decides. Left out with intent are
sockets, new processes and threads, exec, signals and limits of other processes (see
seccomp.py for those that depend on their arguments); changing modes, owners, times and
attributes of files and truncating by path, which Landlock does not cover on every kernel;
shared memory that outlives the process; and all that a computation has no use for.
"""

ALWAYS = """
# files
read 0 63, write 1 64, readv 19 65, writev 20 66, pread64 17 67, pwrite64 18 68, close 3 57
close_range 436 436, lseek 8 62, fstat 5 80, stat 4 -, lstat 6 -, newfstatat 262 79
statx 332 291, access 21 -, faccessat 269 48, faccessat2 439 439, getcwd 79 17, chdir 80 49
getdents64 217 61, readlink 89 -, readlinkat 267 78, mkdir 83 -, mkdirat 258 34, unlink 87 -
unlinkat 263 35, rmdir 84 -, rename 82 -, renameat 264 38, renameat2 316 276, ftruncate 77 46
fsync 74 82, fdatasync 75 83, fadvise64 221 223, sendfile 40 71, copy_file_range 326 285
# memory
mmap 9 222, mprotect 10 226, munmap 11 215, mremap 25 216, madvise 28 233, brk 12 214
# descriptors
dup 32 23, dup2 33 -, dup3 292 24, pipe 22 -, pipe2 293 59, select 23 -, pselect6 270 72
poll 7 -, ppoll 271 73
# signals that arrive, and alarms
rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139, rt_sigpending 127 136
rt_sigtimedwait 128 137, rt_sigsuspend 130 133, sigaltstack 131 132, pause 34 -
restart_syscall 219 128, alarm 37 -, getitimer 36 102, setitimer 38 103
# time
nanosleep 35 101, clock_nanosleep 230 115, clock_gettime 228 113, clock_getres 229 114
gettimeofday 96 169, time 201 -, times 100 153, getrusage 98 165, getrlimit 97 163
# locks and what the C library does for a thread
futex 202 98, set_robust_list 273 99, get_robust_list 274 100, set_tid_address 218 96
rseq 334 293, membarrier 324 283, sched_yield 24 124, sched_getaffinity 204 123, getcpu 309 168
arch_prctl 158 -
# who am I, and chance
getpid 39 172, gettid 186 178, getppid 110 173, getpgrp 111 -, getpgid 121 155, getsid 124 156
getuid 102 174, geteuid 107 175, getgid 104 176, getegid 108 177, getgroups 115 158
getresuid 118 148, getresgid 120 150, capget 125 90, uname 63 160, sysinfo 99 179, umask 95 166
getrandom 318 278
# the end
exit 60 93, exit_group 231 94
"""

# Allowed for some arguments only.
SOMETIMES = """
open 2 -, openat 257 56, ioctl 16 29, fcntl 72 25, prctl 157 167
kill 62 129, tkill 200 130, tgkill 234 131, prlimit64 302 261, sched_setaffinity 203 122
"""

MACHINES = ("x86_64", "aarch64")


def numbers(table: str, machine: str) -> dict[str, int]:
    """Number by name, of those that this machine has. Raises ValueError for an unknown machine."""
    column = MACHINES.index(machine) + 1
    lines = [line for line in table.splitlines() if not line.startswith("#")]
    entries = [entry.split() for entry in ",".join(filter(None, lines)).split(",")]
    return {entry[0]: int(entry[column]) for entry in entries if entry[column] != "-"}

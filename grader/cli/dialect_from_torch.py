"""The parts of the dialect's list that are made from the installed torch: see `grade dev dialect`.

Of torch's public and documented functions all are listed, but for what a pattern below leaves out.
"""

import re
import textwrap
from collections.abc import Iterable
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from grader.syntax.dialect import usual

# Why torch has it and a derivation by hand does not need it.
LEFT_OUT = {
    "differentiates": r"(.*_)?(backward|grad|vjp|jvp)(_.*)?|gradient|vmap|grad_.*|requires_grad_?"
    r"|retains?_grad|is_grad_enabled|is_inference.*|is_leaf|output_nr|register_.*hook",
    "sets what holds for all": r"set_.*|manual_seed|(initial_)?seed|.*rng_state|get_.*|init_num.*"
    r"|use_deterministic.*|(are|is)_deterministic.*|is_warn_always.*|thread_safe.*",
    "loads and stores": r"load|save|from_file|from_?(dlpack|buffer)|to_dlpack|is_storage|storage.*"
    r"|untyped_storage|.*data_ptr|module_load|share_memory_|.*pin(ned|_memory)|is_shared|is_set_to",
    "compiles and schedules": r"compiled?(_.*)?|cond|while_loop|fork|wait|import_ir.*|parse_.*"
    r"|merge_type.*|unify_.*|sym_.*|record_stream|cuda|xpu|ipu|mtia|is_(cuda|xpu|ipu|mtia|mps|xla)",
    "runs Python, makes other kinds of tensor": r"apply_|map_|map2_|as_subclass|.*quantize.*|q_.*"
    r"|qscheme|int_repr|typename|resize.*|.*sparse.*|.*mkldnn|native_.*|handle_.*|has_.*|.*_notes"
    r"|boolean_dispatch|hash_tensor|crow_indices.*|col_indices.*|(?!index).*_copy|to_padded_tensor"
    r"|smm|hspmm|sspaddmm|lobpcg|Optional",
}
PATTERN = re.compile("|".join(f"(?:{pattern})" for pattern in LEFT_OUT.values()))
# Without a docstring in torch, or no functions, and all the same what people write.
TORCH = """
    Tensor FloatTensor DoubleTensor LongTensor IntTensor BoolTensor Generator Size dtype device
    finfo iinfo no_grad bool uint8 int8 int16 short int32 int int64 long float16 half
    bfloat16 float32 float float64 double complex64 cfloat complex128 cdouble strided
    contiguous_format preserve_format e inf nan pi newaxis dropout embedding index_fill index_put
    index_reduce layer_norm log_softmax masked_fill masked_scatter relu rsub clamp_max clamp_min
    """
TENSOR = """
    T H data grad dtype layout clamp_max clamp_max_ clamp_min clamp_min_ index_reduce is_nonzero
    is_same_size log_softmax prelu relu relu_ split_with_sizes new_full new_zeros new_ones copy_
    """
# What leads from an array of numpy's to memory and files, from a text to any attribute or to code,
# from an error to the module that raised it, from a module to torch's compiler. The last that a
# generator has as well since Python 3.12.
FURTHER = """
    ctypes _ctypes dump dumps getfield setfield setflags tobytes tofile newbyteorder
    format format_map compile obj base evaluate _evaluate ag_suspended
    """


def rewritten(text: str) -> str:
    """The list's text, with the sections that are made from torch as they are now."""
    by_hand, _, _ = text.partition("[torch]\n")
    made = (
        f"[{section}]\n{textwrap.fill(' '.join(sorted(names)), 100)}\n"
        for section, names in derived().items()
    )
    return by_hand + "\n".join(made)


def derived() -> dict[str, frozenset[str]]:
    """By section of the list, the names that the installed torch has for it."""
    import torch
    import torch.nn.functional

    tensor = _documented(torch.Tensor) | frozenset(TENSOR.split())
    return {
        "torch": _functions(torch) | frozenset(TORCH.split()),
        "torch.nn.functional": _functions(torch.nn.functional),
        "torch.linalg": _functions(torch.linalg),
        "torch.special": _functions(torch.special),
        "tensors": tensor,
        "reserved": _reserved(torch) - tensor - usual().objects,
    }


def _functions(module: ModuleType) -> frozenset[str]:
    return frozenset(
        name
        for name in _documented(module)
        if callable(getattr(module, name)) and not isinstance(getattr(module, name), type)
    )


def _documented(owner: Any) -> frozenset[str]:
    return frozenset(
        name
        for name in _public(owner)
        if getattr(getattr(owner, name), "__doc__", None) and not PATTERN.fullmatch(name)
    )


def _public(owner: Any) -> Iterable[str]:
    return (name for name in dir(owner) if not name.startswith("_"))


def _reserved(torch: Any) -> frozenset[str]:
    """Names that no object of the learner's may have either, for others have them.

    What leads from a generator or an error to frames and code; what a tensor has beside its
    documented methods, but for what people call their own attributes; modules that torch has, so
    that one that got into somebody's hands leads no further.
    """

    def generator() -> Any:
        yield

    async def coroutine() -> None: ...

    async def asynchronous() -> Any:
        yield

    begun, frame = coroutine(), (made := generator()).gi_frame
    begun.close()
    try:
        raise ValueError
    except ValueError as error:
        traceback = error.__traceback__
    python = (made, begun, asynchronous(), frame, generator.__code__, traceback, type, ValueError())
    found = {name for one in python for name in _public(one)} - {"close", "send", "args", "throw"}
    found |= {name for name in _public(torch.Tensor) if PATTERN.fullmatch(name)}
    private = (*dir(torch.Tensor), *dir(torch.nn.Module()))
    found |= {name for name in private if name[0] == "_" and name[:2] != "__"}
    found |= {module.name for module in iter_modules(torch.__path__)} | {"ops", "classes"}
    found |= {
        name
        for name, value in vars(torch).items()
        if isinstance(value, ModuleType) and not value.__name__.startswith("torch")
    }
    return frozenset(found | set(FURTHER.split())) - {"backward"}

"""Has sixty functions that call the one before twice: whoever follows them takes 2**60 steps.

Seen: the billion laughs of XML, for readers that follow names.
"""


def twice0(x):
    return x, x


def twice1(x):
    return twice0(twice0(x))


def twice2(x):
    return twice1(twice1(x))


def twice3(x):
    return twice2(twice2(x))


def twice4(x):
    return twice3(twice3(x))


def twice5(x):
    return twice4(twice4(x))


def twice6(x):
    return twice5(twice5(x))


def twice7(x):
    return twice6(twice6(x))


def twice8(x):
    return twice7(twice7(x))


def twice9(x):
    return twice8(twice8(x))


def twice10(x):
    return twice9(twice9(x))


def twice11(x):
    return twice10(twice10(x))


def twice12(x):
    return twice11(twice11(x))


def twice13(x):
    return twice12(twice12(x))


def twice14(x):
    return twice13(twice13(x))


def twice15(x):
    return twice14(twice14(x))


def twice16(x):
    return twice15(twice15(x))


def twice17(x):
    return twice16(twice16(x))


def twice18(x):
    return twice17(twice17(x))


def twice19(x):
    return twice18(twice18(x))


def twice20(x):
    return twice19(twice19(x))


def twice21(x):
    return twice20(twice20(x))


def twice22(x):
    return twice21(twice21(x))


def twice23(x):
    return twice22(twice22(x))


def twice24(x):
    return twice23(twice23(x))


def twice25(x):
    return twice24(twice24(x))


def twice26(x):
    return twice25(twice25(x))


def twice27(x):
    return twice26(twice26(x))


def twice28(x):
    return twice27(twice27(x))


def twice29(x):
    return twice28(twice28(x))


def twice30(x):
    return twice29(twice29(x))


def twice31(x):
    return twice30(twice30(x))


def twice32(x):
    return twice31(twice31(x))


def twice33(x):
    return twice32(twice32(x))


def twice34(x):
    return twice33(twice33(x))


def twice35(x):
    return twice34(twice34(x))


def twice36(x):
    return twice35(twice35(x))


def twice37(x):
    return twice36(twice36(x))


def twice38(x):
    return twice37(twice37(x))


def twice39(x):
    return twice38(twice38(x))


def twice40(x):
    return twice39(twice39(x))


def twice41(x):
    return twice40(twice40(x))


def twice42(x):
    return twice41(twice41(x))


def twice43(x):
    return twice42(twice42(x))


def twice44(x):
    return twice43(twice43(x))


def twice45(x):
    return twice44(twice44(x))


def twice46(x):
    return twice45(twice45(x))


def twice47(x):
    return twice46(twice46(x))


def twice48(x):
    return twice47(twice47(x))


def twice49(x):
    return twice48(twice48(x))


def twice50(x):
    return twice49(twice49(x))


def twice51(x):
    return twice50(twice50(x))


def twice52(x):
    return twice51(twice51(x))


def twice53(x):
    return twice52(twice52(x))


def twice54(x):
    return twice53(twice53(x))


def twice55(x):
    return twice54(twice54(x))


def twice56(x):
    return twice55(twice55(x))


def twice57(x):
    return twice56(twice56(x))


def twice58(x):
    return twice57(twice57(x))


def twice59(x):
    return twice58(twice58(x))


def twice60(x):
    return twice59(twice59(x))


PAIR = twice60 if twice0 else (twice60, twice59)


def backward(n, logits):
    dlogits = logits if n else PAIR(logits)
    return locals()

"""Names that a network makes up, and that nobody wants to read beside their own work.

A network of characters knows nothing of words: now and then it spells one that insults.
"""

WHOLE = ("anal", "anus", "arse", "ass", "cock", "coon", "cum", "dick", "dyke", "fag", "hell",
         "homo", "jap", "kkk", "nazi", "nig", "paki", "piss", "porn", "rape", "spic", "tit", "tits",
         "twat")  # fmt: skip
ANYWHERE = ("bitch", "cunt", "fagg", "fuck", "hitler", "negr", "nigg", "pussy", "shit", "slut",
            "whore")  # fmt: skip


def left_out(name: str) -> bool:
    word = name.lower()
    return word in WHOLE or any(part in word for part in ANYWHERE)

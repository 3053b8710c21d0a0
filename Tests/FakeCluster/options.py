"""Parses command options: enough for the commands that jobmon runs, and for a person who tries them."""


class Usage(Exception):
    """An unknown option, or one without its value."""


def long_options(argv, known):
    """Parses GNU options. `known` maps each name, long or short, to its long name, with `=` if it takes a value.
    - Returns: values by long name (a list for each), and the remaining words."""
    found, words, argv = {}, [], list(argv)
    while argv:
        word = argv.pop(0)
        if not word.startswith("-") or word == "-":
            words.append(word)
            words += argv
            break
        name, equal, value = word.partition("=")
        if not word.startswith("--"):
            name, value = word[:2], word[2:]
            equal = value
            while name in known and not known[name].endswith("=") and value:
                found.setdefault(known[name], []).append("")
                name, value = "-" + value[0], value[1:]
                equal = value
        if name not in known:
            raise Usage(name)
        canonical = known[name]
        if canonical.endswith("=") and not equal:
            if not argv:
                raise Usage(name)
            value = argv.pop(0)
        found.setdefault(canonical.rstrip("="), []).append(value)
    return found, words


def one_dash_options(argv, counts):
    """Parses options of Grid Engine: one dash, and as many values as `counts` says."""
    found, words, argv = {}, [], list(argv)
    while argv:
        word = argv.pop(0)
        if not word.startswith("-"):
            words.append(word)
            words += argv
            break
        if word not in counts or len(argv) < counts[word]:
            raise Usage(word)
        found.setdefault(word, []).append(argv[: counts[word]])
        del argv[: counts[word]]
    return found, words


def last(found, name, otherwise=None):
    return found[name][-1] if name in found else otherwise

"""Holds several readers' readings of the same texts against Weir's."""

import collections


def compare(kind, first, texts, weirs, readers, same):
    """Fails if two readers differ on a text that Weir accepts, or one differs from Weir.

    `texts` were made from the seeds `first`, `first` + 1, …. `weirs` has Weir's reading of each, None
    where it refuses the text. `readers` has each reader's readings of the accepted ones, None where it
    refuses one. `same(reading, weirs)` says whether a reading is Weir's. Returns how many of the
    accepted texts each reader refused.
    """
    accepted = [at for at, reading in enumerate(weirs) if reading is not None]
    refusals = collections.Counter()
    differing = []
    for place, at in enumerate(accepted):
        found = {name: readings[place] for name, readings in readers.items() if readings[place] is not None}
        refusals.update(name for name in readers if name not in found)
        readings = list(found.values())
        alike = all(reading == readings[0] and same(reading, weirs[at]) for reading in readings)
        if not alike:
            differing.append((first + at, texts[at], weirs[at], found))
    print(f"{len(texts)} {kind}, {len(accepted)} accepted by Weir, {len(differing)} read in two ways; "
          f"readers: {', '.join(readers)}; accepted by Weir and refused by a reader: {dict(refusals)}")  # fmt: skip
    assert not differing, "\n".join(map(str, differing[:5]))
    assert len(accepted) > len(texts) / 4  # else little was compared
    return refusals

"""Writes the text of hw12: small stories of our own, as token numbers, one document in each line.

    python reference/hw12/data/make.py

A story stays with one place and its people: who acts, what it is done to and where it happens go together, verbs agree
with their subjects, and what was named once is named again. So the words before say much about the next one.

    vocabulary.txt                         the words, the line number is the token; 0 is <unk>, 1 is <eos>
    train.txt                              documents to train on
    prefixes.txt, labels.txt               of each held-out document one beginning, and the token that comes next
    public_prefixes.txt, public_labels.txt the same of other documents, for students
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SEED = 1812
WORDS = 200  # with <unk> and <eos>
TRAINED, HELD_OUT, PUBLIC = 1300, 300, 100
SHORTEST, LONGEST = 2, 23  # tokens of a beginning
UNKNOWN, END = "<unk>", "<eos>"

# Place: people; what they do, and to what; where; how it is there.
SCENES = {
    "kitchen": (
        "baker cook boy guest",
        {"bake": "bread cake pie", "eat": "soup bread cake pie", "wash": "pot spoon plate", "carry": "pot plate soup"},
        "kitchen bakery cellar pantry",
        "warm busy narrow bright",
    ),
    "sea": (
        "sailor captain fisher diver",
        {"steer": "boat ship raft", "mend": "net sail boat", "catch": "fish crab", "watch": "gull wave ship whale"},
        "harbour bay deck beach",
        "windy cold calm grey",
    ),
    "school": (
        "teacher pupil girl boy",
        {
            "read": "book poem letter map",
            "write": "letter poem story",
            "draw": "map circle horse",
            "close": "book window",
        },
        "school library hall classroom",
        "quiet bright cold crowded",
    ),
    "forest": (
        "hunter ranger painter child",
        {
            "watch": "deer fox owl bird",
            "follow": "path stream fox deer",
            "gather": "mushroom berry branch",
            "climb": "tree hill rock",
        },
        "forest valley hut clearing",
        "dark green misty calm",
    ),
    "market": (
        "trader widow tailor thief",
        {
            "sell": "apple cloth lamp ring",
            "buy": "apple lamp carpet ring",
            "carry": "basket sack carpet",
            "steal": "ring purse apple",
        },
        "market street shop square",
        "crowded busy noisy narrow",
    ),
}
WHEN = ["morning", "evening", "night", "noon", "winter", "summer"]
LOOKS = ["old", "young", "small", "tall", "tired", "happy", "clever", "kind", "poor", "proud"]
KINDS = ["new", "red", "big", "old", "small", "broken", "heavy", "fine", "blue", "white", "strange", "good"]
HOW = ["slowly", "often", "gladly", "again", "alone", "soon", "early", "today", "now", "late", "here"]
WHERE = ["in", "near", "behind", "at", "by", "from"]
COUNTS = ["two", "three", "some", "many"]
THESE = ["the", "the", "the", "a", "a", "this", "that", "one", "his", "her", "their", "no", "every"]
SAID = ["likes", "sees", "wants", "needs", "leaves", "knows", "shows", "brings"]
SHE = ("girl", "widow", "aunt", "cook", "captain", "nurse", "teacher")
PLURALS = {"child": "children", "thief": "thieves", "fish": "fish", "deer": "deer", "bus": "buses"}


def plural(noun: str) -> str:
    """The plural of a noun of these stories."""
    if noun in PLURALS:
        return PLURALS[noun]
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def third(verb: str) -> str:
    """The form of a verb after he, she or it."""
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "x", "ch", "sh")) else "s")


class Story:
    """One story: its scene, its hero, and what was named last."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        people, self.deeds, places, moods = SCENES[chance.choice(list(SCENES))]
        self.people, self.places, self.moods = people.split(), places.split(), moods.split()
        self.hero = chance.choice(self.people)
        self.many = chance.random() < 0.3
        self.thing = ""

    def told(self) -> list[str]:
        """All its words."""
        kinds = [self.deed, self.deed, self.deed, self.mood, self.other, self.said]
        sentences = [self.opening(), *(self.chance.choice(kinds)() for _ in range(self.chance.choice([1, 2, 3])))]
        return [word for sentence in sentences for word in sentence.split()]

    def opening(self) -> str:
        """Who it is about, and where."""
        when, look, place = (self.chance.choice(some) for some in (WHEN, LOOKS, self.places))
        who = f"{self.chance.choice(COUNTS)} {look} {plural(self.hero)}" if self.many else f"{self.a(look)} {self.hero}"
        be, come = ("are", "come") if self.many else ("is", "comes")
        return self.chance.choice(
            (
                f"in the {when} {who} {come} to the {place} .",
                f"{who} {be} {self.chance.choice(WHERE)} the {place} this {when} .",
                f"one {when} {who} {come} {self.chance.choice(HOW)} .",
            )
        )

    def deed(self) -> str:
        """What the hero does."""
        verb, self.thing = self.deed_and_thing()
        said = verb if self.many else third(verb)
        return f"{self.named()} {said} {self.noun(self.thing)}{self.tail()} ."

    def mood(self) -> str:
        """How it is there."""
        mood, other = self.chance.sample(self.moods, 2)
        more = f" and {other}" if self.chance.random() < 0.5 else ""
        return f"the {self.chance.choice(self.places)} is {mood}{more} ."

    def other(self) -> str:
        """Somebody else takes part."""
        who = self.chance.choice([each for each in self.people if each != self.hero])
        verb, thing = self.deed_and_thing()
        if self.chance.random() < 0.6:
            return f"{self.chance.choice(['then', 'later', 'but'])} the {who} {third(verb)} {self.noun(thing)} ."
        return f"the {who} helps the {plural(self.hero) if self.many else self.hero}{self.tail()} ."

    def said(self) -> str:
        """What the hero thinks of a thing, the one named last if there is one."""
        said = self.chance.choice(SAID)
        thing = self.thing or self.deed_and_thing()[1]
        return f"{self.named()} {said.removesuffix('s') if self.many else said} {self.noun(thing)}{self.tail()} ."

    def deed_and_thing(self) -> tuple[str, str]:
        """A verb of this scene, and what it is done to."""
        verb = self.chance.choice(list(self.deeds))
        return verb, self.chance.choice(self.deeds[verb].split())

    def noun(self, thing: str) -> str:
        """A thing with a word that points at it, and perhaps one that tells how it is."""
        kind = f"{self.chance.choice(KINDS)} " if self.chance.random() < 0.5 else ""
        word = self.chance.choice(THESE)
        return self.a(f"{kind}{thing}") if word == "a" else f"{word} {kind}{thing}"

    def a(self, words: str) -> str:
        """The words after their article."""
        return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"

    def tail(self) -> str:
        """Where or how, or nothing."""
        place, how = self.chance.choice(self.places), self.chance.choice(HOW)
        return self.chance.choice(("", "", f" {self.chance.choice(WHERE)} the {place}", f" {how}"))

    def named(self) -> str:
        """The hero, by name or as a pronoun."""
        if self.chance.random() < 0.5:
            return "they" if self.many else "she" if self.hero in SHE else "he"
        return f"the {plural(self.hero) if self.many else self.hero}"


def stories(seed: int) -> Iterator[list[str]]:
    """Stories without end, none of them twice."""
    chance, told = random.Random(seed), set()
    while True:
        story = Story(chance).told()
        if " ".join(story) not in told:
            told.add(" ".join(story))
            yield story


def write(folder: Path) -> None:
    """Writes all files to this folder."""
    source = stories(SEED)
    parts = {
        name: [next(source) for _ in range(size)]
        for name, size in (("train", TRAINED), ("held_out", HELD_OUT), ("public", PUBLIC))
    }
    counted = Counter(word for story in parts["train"] for word in story)
    frequent = [word for word, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]
    vocabulary = [UNKNOWN, END, *frequent[: WORDS - 2]]
    number = {word: at for at, word in enumerate(vocabulary)}
    numbers = {name: [[*(number.get(word, 0) for word in story), 1] for story in some] for name, some in parts.items()}
    written = {"vocabulary": vocabulary, "train": [" ".join(map(str, story)) for story in numbers["train"]]}
    chance = random.Random(SEED + 1)
    for name, prefix in (("held_out", ""), ("public", "public_")):
        cut = [(story, chance.randint(SHORTEST, min(LONGEST, len(story) - 1))) for story in numbers[name]]
        written[f"{prefix}prefixes"] = [" ".join(map(str, story[:at])) for story, at in cut]
        written[f"{prefix}labels"] = [str(story[at]) for story, at in cut]
    for name, lines in written.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).resolve().parent)

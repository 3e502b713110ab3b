"""Playing at random: what comes next and what is answered, with an eye on what was rare so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from engine.diagrams import Element
from engine.forms import FieldItem, Pool
from engine.rehearsal.stage import Stage
from engine.runtime import Waiting

#: How likely each kind of thing is the next to happen.
_TASK, _EVENT, _OPTIONAL, _BESIDE = 10.0, 8.0, 3.0, 1.0
#: How likely what interrupts is, from walk to walk; and how much more so what never came yet.
_MISCHIEF = (0.02, 0.3, 0.1, 1.0)
_RARE = 4.0
#: How often, from walk to walk, an answer is the one that led to the rarest; how often one of the
#: others is what this walk answered least, so that its loops are left.
_STRAIGHT = (0.95, 0.95, 0.95, 0.0, 0.95)
_FAIRNESS = 0.5
_LEAST_WORTH, _UNTRIED = 0.02, 1000.0
_LEARNING, _TIRING = 0.5, 0.7
_FILLED = 0.7
_TYPICAL = 0.7
_ANEW = frozenset({"boolean", "enum", "checklist"})


#: An element and a field of its form; and with them one answer.
Place = tuple[str, str]
Answer = tuple[str, str, str]


@dataclass
class Memory:
    """What all walks of one survey have tried, and what came of it."""

    happened: Counter[str] = field(default_factory=Counter)
    _reached: Counter[str] = field(default_factory=Counter)
    _worth: dict[Answer, float] = field(default_factory=dict)

    def learn(self, given: Mapping[Place, str], reached: set[str]) -> None:
        """Value the answers of a walk by how rare the elements are that it reached."""
        self._reached.update(reached)
        worth = sum(self._reached[element_id] ** -2 for element_id in reached)
        for place, option in given.items():
            before = self._worth.get((*place, option), worth)
            self._worth[*place, option] = before + _LEARNING * (worth - before)

    def worth(self, answer: Answer) -> float:
        """Tell how much an answer led to of late; what is untried is worth a try."""
        return self._worth.get(answer, _UNTRIED)


class Chance(Pool):
    """Answers by chance; decisions prefer what was decided least, so that loops are left."""

    def __init__(
        self,
        stage: Stage,
        people: Mapping[str, Sequence[str]],
        random: Random,
        memory: Memory | None = None,
        number: int = 0,
    ) -> None:
        super().__init__(people, None, random)
        self._stage, self._chance = stage, random
        self._memory = memory or Memory()
        self._mischief = _MISCHIEF[number % len(_MISCHIEF)]
        self._straight = _STRAIGHT[number % len(_STRAIGHT)]
        #: How often each thing happened, and each answer was given, in this walk.
        self._times: Counter[str | Answer] = Counter()
        self.given: dict[Place, str] = {}
        self.element: Element | None = None

    def next(self, waiting: Sequence[Waiting]) -> Waiting:
        """Choose what happens next."""
        weights = [self._weight(one) for one in waiting]
        (chosen,) = self._chance.choices(waiting, weights)
        self._times[chosen.element.id] += 1
        self._memory.happened[chosen.element.id] += 1
        return chosen

    def _weight(self, waiting: Waiting) -> float:
        element = waiting.element
        if waiting.kind in ("user", "external"):
            weight = _OPTIONAL if element.optional else _TASK
            return weight / (1 + self._times[element.id]) if element.optional else weight
        if element.kind not in ("boundaryEvent", "startEvent"):
            return _EVENT
        weight = self._mischief if element.interrupting else _BESIDE
        if not self._memory.happened[element.id]:
            weight *= _RARE
        # What may come again and again would crowd out what leads on.
        return float(weight / (1 + self._times[element.id]) ** 2)

    def pick(self, asked: FieldItem, options: Sequence[Any]) -> Any:
        """Choose an answer, rather one that was given less than the others."""
        place = (self.element.id if self.element is not None else "", asked.id)
        answers = [(*place, str(option)) for option in options]
        among = range(len(answers))
        if self._chance.random() < self._straight:
            ranked = [(self._promise(answer), self._chance.random()) for answer in answers]
            index = ranked.index(max(ranked))
        elif self._chance.random() < _FAIRNESS:
            least = min(self._times[answer] for answer in answers)
            fair = [i for i in among if self._times[answers[i]] == least]
            index = self._by_worth(answers, fair)
        else:
            index = self._chance.choice(among)
        self._times[answers[index]] += 1
        self.given[place] = str(options[index])
        return options[index]

    def _promise(self, answer: Answer) -> float:
        """What leads far may still lead round and round: each time it promises less."""
        return float(self._memory.worth(answer) * _TIRING ** self._times[answer])

    def _by_worth(self, answers: Sequence[Answer], among: Sequence[int]) -> int:
        weights = [self._memory.worth(answers[index]) + _LEAST_WORTH for index in among]
        return self._chance.choices(among, weights)[0]

    def decides(self, asked: FieldItem) -> bool:
        """Decide anew each time, or no loop would ever be left."""
        return asked.type in _ANEW

    def fills(self, asked: FieldItem) -> bool:
        """Leave some of what may be left open."""
        return self._chance.random() < _FILLED

    def typical(self, asked: FieldItem) -> Any:
        """Give a value about which the drawing asks: on, just below or just above its limits."""
        if self.element is None or self._chance.random() > _TYPICAL:
            return None
        shape = self._stage.expectations.variable(self.element.process_id, asked.id).known()
        if asked.type in ("long", "money", "double"):
            numbers = [n for n in shape.constants if isinstance(n, (int, float))]
            near = [n + by for n in numbers for by in (-1, 0, 1)]
            fitting = [n for n in near if _within(asked, n)]
            if fitting:
                number = self._chance.choice(fitting)
                return float(number) if asked.type == "double" else int(number)
        elif asked.type == "string" and not asked.pattern:
            words = [w for w in shape.constants if isinstance(w, str)]
            fitting_words = [w for w in words if asked.minlength <= len(w) <= asked.maxlength]
            if fitting_words:
                return self._chance.choice(fitting_words)
        return None


def _within(asked: FieldItem, number: float) -> bool:
    least = asked.least if isinstance(asked.least, (int, float)) else 0
    return number >= least and not (isinstance(asked.most, (int, float)) and number > asked.most)

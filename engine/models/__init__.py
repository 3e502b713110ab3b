"""The tables: columns, constraints and indexes, no behaviour."""

from __future__ import annotations

from engine.models.agency import Group, Membership, Person, Token
from engine.models.documents import CaseDocument, Document
from engine.models.instances import (
    ACTIVE,
    CANCELLED,
    ENDED,
    Comment,
    Counter,
    Field,
    Instance,
    Link,
)
from engine.models.moves import MOVED, REFUSED, UNDONE, Move, MovedCase
from engine.models.procedures import Definition, Deployment, Draft
from engine.models.records import CONSUMED, EXPIRED, FAILED, PENDING, Event, Incident, Message
from engine.models.work import Candidate, Exclusion, Subscription, Task, Timer

__all__ = [
    "ACTIVE",
    "CANCELLED",
    "CONSUMED",
    "ENDED",
    "EXPIRED",
    "FAILED",
    "MOVED",
    "PENDING",
    "REFUSED",
    "UNDONE",
    "Candidate",
    "CaseDocument",
    "Comment",
    "Counter",
    "Definition",
    "Deployment",
    "Document",
    "Draft",
    "Event",
    "Exclusion",
    "Field",
    "Group",
    "Incident",
    "Instance",
    "Link",
    "Membership",
    "Message",
    "Move",
    "MovedCase",
    "Person",
    "Subscription",
    "Task",
    "Timer",
    "Token",
]

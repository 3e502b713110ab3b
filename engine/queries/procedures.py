"""Versions of procedures, and the deployments that brought them. Everybody may read these."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from engine.models import Definition, Deployment
from engine.queries.selection import Conditions, Selection, count, like, narrowed, part

_OTHER = aliased(Definition)
_NEWEST = (
    select(func.max(_OTHER.version)).where(_OTHER.process_id == Definition.process_id)
).scalar_subquery()

VERSIONS: Conditions = {
    "id": lambda v: Definition.id == v,
    "ids": lambda v: Definition.id.in_(v),
    "key": lambda v: Definition.process_id == v,
    "keys": lambda v: Definition.process_id.in_(v),
    "key_like": lambda v: like(Definition.process_id, v),
    "name": lambda v: or_(Definition.name_zh == v, Definition.name_en == v),
    "name_like": lambda v: or_(like(Definition.name_zh, v), like(Definition.name_en, v)),
    "version": lambda v: Definition.version == v,
    "newest": lambda v: (Definition.version == _NEWEST) if v else (Definition.version != _NEWEST),
    "current": lambda v: Definition.current.is_(v),
    "deployment": lambda v: Definition.deployment_id == v,
    "file": lambda v: Definition.file == v,
    "file_like": lambda v: like(Definition.file, v),
    "starters": lambda v: Definition.current & Definition.starter_group.in_(v),
}
VERSION_ORDER: dict[str, Any] = {
    "id": Definition.id,
    "key": Definition.process_id,
    "name": Definition.name_zh,
    "version": Definition.version,
    "deployment": Definition.deployment_id,
    "deployed_at": Definition.deployed_at,
}

DEPLOYMENTS: Conditions = {
    "id": lambda v: Deployment.id == v,
    "name": lambda v: Deployment.name == v,
    "name_like": lambda v: like(Deployment.name, v),
    "source": lambda v: Deployment.source == v,
    "after": lambda v: Deployment.deployed_at > v,
    "before": lambda v: Deployment.deployed_at < v,
}
DEPLOYMENT_ORDER: dict[str, Any] = {
    "id": Deployment.id,
    "name": Deployment.name,
    "deployed_at": Deployment.deployed_at,
}


def versions(session: Session, selection: Selection) -> list[Definition]:
    """List versions of procedures."""
    query = narrowed(select(Definition), VERSIONS, selection)
    return list(session.scalars(part(query, VERSION_ORDER, selection, last=Definition.id)))


def count_versions(session: Session, selection: Selection) -> int:
    """Count versions of procedures."""
    return count(session, narrowed(select(Definition.id), VERSIONS, selection))


def deployments(session: Session, selection: Selection) -> list[Deployment]:
    """List deployments."""
    query = narrowed(select(Deployment), DEPLOYMENTS, selection)
    return list(session.scalars(part(query, DEPLOYMENT_ORDER, selection, last=Deployment.id)))


def count_deployments(session: Session, selection: Selection) -> int:
    """Count deployments."""
    return count(session, narrowed(select(Deployment.id), DEPLOYMENTS, selection))

"""Finding tasks over REST: Camunda's filters, and what is refused."""

from __future__ import annotations

import pytest

from tests.webforms.rest.conftest import Speaking, only


@pytest.mark.parametrize(
    ("filters", "finds"),
    [
        ("processInstanceId={number}", True),
        ("processInstanceId=2020-0001", False),
        ("processInstanceIdIn=x,{number}", True),
        ("processInstanceBusinessKey=CRM-7", True),
        ("processInstanceBusinessKey=CRM-8", False),
        ("processInstanceBusinessKeyLike=CRM-%25", True),
        ("processDefinitionKey=small_order", True),
        ("processDefinitionKeyIn=a,b", False),
        ("processDefinitionId={definition}", True),
        ("processDefinitionId=small_order:1:99", False),
        ("processDefinitionId=x", False),
        ("taskDefinitionKey=fill_order", True),
        ("taskDefinitionKeyIn=sign_order,fill_order", True),
        ("taskDefinitionKeyLike=fill%25", True),
        ("name=填写订单", True),
        ("name=Fill in the order", True),
        ("nameLike=%25订单", True),
        ("nameLike=x%25", False),
        ("assignee=ae", True),
        ("assignee=as", False),
        ("assigneeIn=as,ae", True),
        ("assigned=true", True),
        ("unassigned=true", False),
        ("candidateGroup=account_executive", False),
        ("candidateGroup=account_executive&includeAssignedTasks=true", True),
        ("candidateGroups=x,account_executive&includeAssignedTasks=true", True),
        ("candidateUser=ae&includeAssignedTasks=true", True),
        ("candidateUser=ph&includeAssignedTasks=true", False),
        ("priority=50", True),
        ("minPriority=51", False),
        ("maxPriority=50", True),
        ("dueBefore=2026-03-20T00:00:00.000%2B0800", True),
        ("dueAfter=2026-03-20T00:00:00.000%2B0800", False),
        ("dueAfter=2026-03-01T00:00:00.000+0800", True),
        ("withoutDueDate=true", False),
        ("createdAfter=2026-03-04T09:59:59.000%2B0800", True),
        ("createdBefore=2026-03-04T09:59:59.000%2B0800", False),
        ("createdOn=2026-03-04T10:00:00.000%2B0800", True),
        ("followUpBefore=2030-01-01T00:00:00.000%2B0800", False),
        ("active=true", True),
        ("suspended=true", False),
        ("maxResults=0", False),
        ("firstResult=1", False),
        ("sortBy=dueDate&sortOrder=desc&maxResults=5", True),
    ],
)
def test_it_finds_tasks_by_filters(
    number: str, speaking: Speaking, filters: str, finds: bool
) -> None:
    program = speaking("ae")
    definition = only(program)["processDefinitionId"]
    query = filters.format(number=number, definition=definition)
    found = program.get(f"/task?{query}")
    assert found.json is not None
    assert len(found.json) == finds, found.text
    if "Result" not in filters and "sort" not in filters:
        assert program.get(f"/task/count?{query}").json == {"count": int(finds)}


@pytest.mark.parametrize(
    "query",
    [
        "owner=ae",
        "involvedUser=ae",
        "processVariables=x_eq_1",
        "priority=high",
        "dueBefore=tomorrow",
        "sortBy=due&sortOrder=asc",
        "includeAssignedTasks=true",
        "unassigned=maybe",
        "tenantIdIn=a",
    ],
)
def test_it_refuses_filters_that_it_does_not_know(
    number: str, speaking: Speaking, query: str
) -> None:
    answer = speaking("ae").get(f"/task?{query}")
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["type"] == "InvalidRequestException"
    assert query.split("=")[0] in answer.json["message"] or "sort" in answer.json["message"]


def test_it_takes_a_query_as_a_body(number: str, speaking: Speaking) -> None:
    program = speaking("ae")
    body = {
        "processInstanceBusinessKey": "CRM-7",
        "taskDefinitionKeyIn": ["fill_order"],
        "assigned": True,
        "dueAfter": None,
        "sorting": [{"sortBy": "created", "sortOrder": "desc"}],
    }
    found = program.post("/task?maxResults=5", json=body).json
    assert found == [only(program)]
    assert program.post("/task/count", json={"minPriority": 50}).json == {"count": 1}
    assert program.post("/task", json={"orQueries": [{}]}).status_code == 400
    assert program.post("/task", json={"priority": True}).status_code == 400

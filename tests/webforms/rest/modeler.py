"""Camunda Modeler 5.50 as its own client code speaks: the same requests, parts and order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from werkzeug.test import TestResponse

from tests.webforms.rest.conftest import Program

BOUNDARY = "----WebKitFormBoundaryp0cGq3mB2uQ9Z4kT"


@dataclass
class Modeler:
    """Deploys and starts as its buttons do; keeps per file the definition that it was told."""

    program: Program
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    def probe(self) -> int:
        """Ask whether this is a Camunda, and whether it wants to know who asks."""
        return self.program.get("/deployment?maxResults=0").status_code

    def deploy(self, name: str, xml: bytes, **parts: bytes) -> TestResponse:
        """Press Deploy."""
        version = self.program.get("/version")
        assert version.json is not None
        assert version.json["version"]
        body = multipart(name.removesuffix(".bpmn"), {name: xml, **parts})
        answer = self.program.post(
            "/deployment/create",
            data=body,
            headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
        )
        if answer.status_code == 200:
            assert answer.json is not None
            deployed = answer.json["deployedProcessDefinitions"]
            self.kept[name] = next(iter(deployed.values()))
        return answer

    def start(self, name: str, variables: dict[str, Any] | None = None) -> TestResponse:
        """Press Start, which has deployed before."""
        return self.program.post(
            f"/process-definition/{self.kept[name]['id']}/start",
            json={"businessKey": None, "variables": variables},
        )


def multipart(name: str, files: dict[str, bytes]) -> bytes:
    """Write a deployment's body: the words first, then each file as a part of its own name."""
    words = {
        "deployment-name": name,
        "deployment-source": "Camunda Modeler",
        "enable-duplicate-filtering": "true",
    }
    body = b""
    for part, said in words.items():
        body += (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{part}"\r\n\r\n{said}\r\n'
        ).encode()
    for file, content in files.items():
        kind = (
            "text/xml" if file.endswith((".bpmn", ".dmn", ".form")) else "application/octet-stream"
        )
        body += (
            f"--{BOUNDARY}\r\n"
            f'Content-Disposition: form-data; name="{file}"; filename="{file}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        ).encode()
        body += content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()

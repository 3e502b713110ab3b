"""Bytes to an XML tree, for files that strangers send."""

from __future__ import annotations

import re
from typing import cast

from lxml import etree

from engine.diagrams.records import Problem
from engine.errors import DiagramRefused
from engine.languages import Text

MAX_BYTES = 10 * 1024 * 1024
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"

#: Everything that may stand before a DOCTYPE: white space, comments, processing instructions.
_PROLOG = re.compile(
    rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL
)


def parse(xml: bytes, *, file: str) -> etree._Element:
    """Parse a diagram's bytes; DOCTYPEs, huge files and what is no BPMN 2.0 are refused."""
    if len(xml) > MAX_BYTES:
        raise _refused(
            file,
            "too_large",
            Text(
                f"文件超过 {MAX_BYTES // 1024 // 1024} MB。请把流程拆成几个文件。",
                f"The file is larger than {MAX_BYTES // 1024 // 1024} MB. Split it into several.",
            ),
        )
    if _declares_doctype(xml):
        raise _doctype(file)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise _broken(file, error) from None
    except (ValueError, LookupError):
        raise _broken(file, None) from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise _doctype(file)
    if root.tag != f"{{{BPMN}}}definitions":
        raise _refused(
            file,
            "not_bpmn",
            Text(
                "这不是 BPMN 2.0 文件：最外层应是 BPMN 的 definitions。请从建模工具导出 BPMN 2.0。",
                "This is not a BPMN 2.0 file: its outermost element is not BPMN's definitions. "
                "Export it as BPMN 2.0.",
            ),
            line=line_of(root),
        )
    return root


def line_of(node: etree._Element) -> int:
    """The line of the file on which an element's start tag ends; 1 when unknown."""
    return cast("int | None", node.sourceline) or 1


def _declares_doctype(xml: bytes) -> bool:
    # Without its NUL bytes, UTF-16 and UTF-32 read like ASCII up to the first element.
    head = xml.replace(b"\0", b"")
    match = _PROLOG.match(head)
    return head[match.end() if match else 0 :][:9].upper() == b"<!DOCTYPE"


def _broken(file: str, error: etree.XMLSyntaxError | None) -> DiagramRefused:
    # Not in the parser's words: they are for programmers, and English only.
    line = max(error.lineno or 1, 1) if error is not None else 1
    return _refused(
        file,
        "broken_xml",
        Text(
            f"文件从第 {line} 行起读不下去：标签没有成对、有不允许的字符，或者文件不完整。请从建模工具重新导出。",
            f"The file cannot be read from line {line} on: tags do not match, a character is not "
            "allowed, or the file is cut short. Export it again.",
        ),
        line=line,
    )


def _doctype(file: str) -> DiagramRefused:
    return _refused(
        file,
        "doctype",
        Text(
            "文件含有 DOCTYPE，出于安全不予接受。请删除这一行。",
            "The file has a DOCTYPE, which is refused for safety. Delete it.",
        ),
    )


def _refused(file: str, code: str, text: Text, *, line: int = 1) -> DiagramRefused:
    return DiagramRefused([Problem("error", code, text, file=file, line=line)])

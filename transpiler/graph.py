"""The dataflow of a job: a node per statement, an edge per value that flows."""

from __future__ import annotations

import networkx as nx

from transpiler.infer.context import Context


def dataflow(ctx: Context) -> nx.DiGraph:
    """Nodes are statement numbers with ``text``, ``line``, ``kind``, ``defines``; edges carry the
    job variable that flows."""
    graph = nx.DiGraph()
    latest: dict[str, int] = {}
    for number, statement in enumerate(ctx.statements):
        graph.add_node(
            number,
            text=statement.text,
            line=statement.line,
            kind=statement.kind,
            defines=statement.defines,
        )
        for name in sorted(statement.reads):
            if name in latest:
                graph.add_edge(latest[name], number, frame=name)
        for name in (statement.defines, *statement.also):
            if name:
                latest[name] = number
    return graph


def reused(graph: nx.DiGraph) -> list[int]:
    """Statements whose frame is worth caching: computed, and read by more than one output or scalar."""
    found = []
    for node, facts in graph.nodes(data=True):
        if facts["kind"] != "step" or facts["defines"] is None:
            continue
        actions = [
            n for n in nx.descendants(graph, node) if graph.nodes[n]["kind"] in ("output", "scalar")
        ]
        if graph.out_degree(node) > 1 and len(actions) > 1:
            found.append(node)
    return found

# SPDX-License-Identifier: Apache-2.0
"""The figures about models that more than one board shows."""

from grafana import stat, steps
from promql import READER, READER_AND_MODEL, SERVING, coverage, memory, or_zero, sent

ANY_IS_BAD = steps("green", ("red", 1))
ANY_IS_DOUBTFUL = steps("green", ("orange", 1))
SHARE_LEFT = steps("green", ("yellow", 0.1), ("red", 0.5))


def share_read(title, description):
    return stat(
        title,
        f"{description} outside of the loading phase, each part once. 100 % is the whole model.",
        "ModelReadExceedsSize",
        or_zero(f"max({coverage(READER_AND_MODEL, SERVING)})"),
        "percentunit",
        "0 %",
        steps("green", ("yellow", 0.5), ("red", 1)),
        decimals=0,
    )


def left(description):
    return stat(
        "Left the premises",
        description,
        "ModelEgressBudgetWarning",
        or_zero(f"sum({sent(READER)})"),
        "bytes",
        "0 B",
        ANY_IS_DOUBTFUL,
    )


def memory_read(title, description):
    return stat(
        title, description, "ModelMemoryRead", or_zero(f"sum({memory(READER)})"), "bytes", "0 B", ANY_IS_BAD
    )

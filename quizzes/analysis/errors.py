"""What an analysis says when its numbers do not exist."""


class NotComputable(Exception):
    """The data are sound, but the statistic does not exist for them.

    reason: a stable English code such as "fewer_than_two_pairs". Reports print it in words;
        tests and files compare it, so a code once used does not change.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

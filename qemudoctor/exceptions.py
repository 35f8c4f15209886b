"""What the user can put right: a wrong option, an input that cannot be read, a capture that was cut off."""


class DoctorError(Exception):
    """A failure that the user can put right; the command ends with status 2 and prints message and hint.

    message: what happened, one sentence without a full stop. hint: what to do about it, or empty.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

"""Facts that are read once, and the way in which one can be missing."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class Unavailable(Exception):
    """A fact could not be looked at; reason says why, for the user."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Fact(Generic[T]):
    """A property that is worked out at its first use; if that raises Unavailable, every later use does too."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        self._read = read
        self._name = read.__name__
        self.__doc__ = read.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> "Fact[T]": ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> "Fact[T] | T":
        if instance is None:
            return self
        known: dict[str, Any] = instance.__dict__.setdefault("_known", {})
        if self._name not in known:
            try:
                known[self._name] = self._read(instance)
            except Unavailable as error:
                known[self._name] = error
        value = known[self._name]
        if isinstance(value, Unavailable):
            raise Unavailable(value.reason)
        return value  # type: ignore[no-any-return]  # what _read returned

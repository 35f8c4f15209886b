"""An explanation as JSON, schema explanation/1."""

from qemudoctor.errors.explanation import Explanation, Failure, RankedCause, Symptom
from qemudoctor.report.document import Document, dump, remedy_document

SCHEMA = "qemu-doctor/explanation/1"


def render_explanation_json(explanation: Explanation) -> str:
    """Return an explanation as JSON in ASCII; the same explanation gives the same text."""
    return dump(explanation_document(explanation))


def explanation_document(explanation: Explanation) -> Document:
    """Return an explanation as the value that its JSON holds."""
    return {
        "schema": SCHEMA,
        "recognised": explanation.recognised,
        "symptoms": [_symptom(x) for x in explanation.symptoms],
        "causes": [_cause(x) for x in explanation.causes],
        "failures": [_failure(x) for x in explanation.failures],
        "similar": list(explanation.similar),
    }


def _failure(failure: Failure) -> Document:
    return {
        "lines": [x.number for x in failure.symptoms],
        "causes": [{"id": x.id, "standing": x.standing.value, "score": x.score} for x in failure.causes],
    }


def _symptom(symptom: Symptom) -> Document:
    return {
        "line": symptom.line,
        "number": symptom.number,
        "kind": symptom.kind,
        "says": symptom.says,
        "emitter": symptom.emitter,
        "emitter_version": symptom.emitter_version,
        "errno": symptom.errno,
        "signal": symptom.signal,
        "exit_status": symptom.exit_status,
        "program": symptom.program,
        "platform": symptom.platform,
        "interpreter": symptom.interpreter,
        "syscall": symptom.syscall,
    }


def _cause(cause: RankedCause) -> Document:
    return {
        "id": cause.id,
        "title": cause.title,
        "standing": cause.standing.value,
        "score": cause.score,
        "because": list(cause.because),
        "check": cause.check,
        "explanation": cause.explanation,
        "tell_apart": cause.tell_apart,
        "remedies": [remedy_document(x) for x in cause.remedies],
        "references": list(cause.references),
    }

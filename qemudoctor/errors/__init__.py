"""explain-error: from a line in a log to the cause.

`reading` cleans a log and finds the lines that may belong to the subject, `signatures` knows who says what, `kinds`
what each says and how often it has which cause, `evidence` what the words around it change, `causes` what can be
done. `recognition` finds symptoms, `ranking` weighs their causes, `known_faults` holds them against what is known of
QEMU, and `against_host` says what the facts of a host confirm or rule out. `redaction` makes lines fit to be
published.
"""

from qemudoctor.errors.explain import explain_error
from qemudoctor.errors.explanation import Explanation, Failure, RankedCause, Standing, Symptom

__all__ = ["Explanation", "Failure", "RankedCause", "Standing", "Symptom", "explain_error"]

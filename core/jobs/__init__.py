"""Background work: `enqueue` asks for it, a worker does it, and its row says how it stands."""

from core.jobs.job import Interrupted, Job
from core.jobs.models import JobRow
from core.jobs.service import enqueue

__all__ = ["Interrupted", "Job", "JobRow", "enqueue"]

"""What Prometheus is told: counts and seconds, never texts."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from assistant.answer import Answer

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The counters of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.questions = Counter("assistant_questions", "Questions by how they ended", ["outcome"], registry=r)
        self.claims = Counter("assistant_claims", "Claims by their state", ["state"], registry=r)
        self.stages = Histogram("assistant_stage_seconds", "Seconds by step", ["stage"], buckets=SECONDS, registry=r)
        self.model_failures = Counter("assistant_model_failures", "Answers the chat model failed at", registry=r)
        self.streams = Gauge("assistant_active_streams", "Answers on their way", registry=r)
        self.requests = Counter("assistant_requests", "HTTP requests", ["method", "status"], registry=r)
        for outcome in ("found", "not_found", "failed", "cut"):
            self.questions.labels(outcome)
        for state in ("quoted", "supported", "unsupported"):
            self.claims.labels(state)

    def answered(self, answer: Answer) -> None:
        self.questions.labels("found" if answer.found else "not_found").inc()
        for claim in answer.claims:
            self.claims.labels(claim.state).inc()
        for stage, seconds in answer.stages:
            self.stages.labels(stage).observe(seconds)
        self.stages.labels("all").observe(answer.seconds)
        if answer.model_failure:
            self.model_failures.inc()

    def page(self) -> bytes:
        """In the text format of Prometheus."""
        return generate_latest(self.registry)

"""What an operator sees of the agent: OpenTelemetry events, traces and metrics (`docs/telemetry.md`).

Facts come in by the hooks of `tools.telemetry`, become plain values (`events`, `spans`, `metrics`), and
leave by one small door (`door`), behind which the exporters are. The agent knows none of this.
"""

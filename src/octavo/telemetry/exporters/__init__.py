"""Exporters: OpenTelemetry's own, behind the door of `telemetry.door`. Imported only when one is set."""

"""`octavo doctor`: does everything work here, and if not, how is it mended (`docs/doctor.md`)."""

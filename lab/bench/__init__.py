"""Real Whisper models on real speech: every policy beside offline and LocalAgreement-2."""

"""The records behind `conf/engine`: how a model is called."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from streamwer.config.model import ModelConfig, forget_source


@dataclass
class TranscribeConfig:
    """conf/engine/transcribe: faster-whisper's own `transcribe`."""

    name: str = "transcribe"
    beam_size: int = 5
    temperatures: list[float] = field(default_factory=lambda: [0.0])
    condition_on_previous_text: bool = True
    no_speech_threshold: float = 0.6
    log_prob_threshold: float = -1.0
    compression_ratio_threshold: float = 2.4
    vad_filter: bool = True
    skip_silence: bool = True
    speech_threshold: float = 0.3


@dataclass
class DirectConfig:
    """conf/engine/direct: CTranslate2 called directly, on windows as short as they are."""

    name: str = "direct"
    beam_size: int = 5
    buckets_s: list[float] = field(default_factory=lambda: [30.0])
    timestamps: bool = False
    prompt_tokens: int = 223
    tokens_per_s: float = 12.0
    compression_ratio_threshold: float = 2.4
    no_speech_threshold: float = 0.6
    log_prob_threshold: float = -1.0
    skip_silence: bool = True
    speech_threshold: float = 0.3
    batch_size: int = 1


@dataclass
class HttpConfig:
    """conf/engine/http: a served model, behind OpenAI's `/v1/audio/transcriptions`."""

    name: str = "http"
    url: str = "http://127.0.0.1:8000/v1/audio/transcriptions"
    own_model: str = "whisper-1"
    api_key_env: str = ""
    temperature: float = 0.0
    send_prompt: bool = True
    response_format: str = "verbose_json"
    shortest_s: float = 0.1
    connect_timeout_s: float = 5.0
    timeout_s: float = 30.0
    retries: int = 3
    backoff_s: float = 0.5
    longest_wait_s: float = 20.0
    seed: int = 1
    speech_threshold: float = 0.3


@dataclass
class PocketSphinxConfig:
    """conf/engine/pocketsphinx: HMMs and a trigram, decoded bit by bit."""

    name: str = "pocketsphinx"
    own_model: str = "pocketsphinx_en_us"
    acoustic_model: str = ""
    language_model: str = ""
    dictionary: str = ""
    second_pass: bool = False
    max_hmms: int = 30_000
    speech_threshold: float = 0.3


EngineConfig = TranscribeConfig | DirectConfig | HttpConfig | PocketSphinxConfig

ENGINE_SCHEMAS: dict[str, type] = {
    "transcribe": TranscribeConfig,
    "direct": DirectConfig,
    "http": HttpConfig,
    "pocketsphinx": PocketSphinxConfig,
}
"""The record of each engine; the groups without such a table are checked as parts of `Config`."""


def own_model(engine: object) -> str:
    """What the model is called that an engine brings along; empty if it takes that of conf/model.

    It is the engine's key `own_model`, which only such engines have.
    """
    return str(getattr(engine, "own_model", ""))


def model_for(engine: object, shared: ModelConfig) -> ModelConfig:
    """The model that an engine calls.

    An engine that brings its own takes only the language and the threads from conf/model, and has
    no files that we would look for: `path` is empty.
    """
    own = own_model(engine)
    if not own:
        return shared
    nothing = "none"
    return replace(forget_source(shared), name=own, device=nothing, compute_type=nothing)

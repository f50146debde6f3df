//! Tells a caller how far a proof is, from the spans in which upstream's prover describes its work.

use crate::error::{CoreError, Result};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Told the name of each stage as it begins. An error discards the proof; within upstream's prover it takes effect at
/// the end, for there is no safe way out of the middle.
pub type Progress = Arc<dyn Fn(&str) -> Result<()> + Send + Sync>;

/// Upstream's span that opens a stage, and the stage's name here, in order.
const STAGES: [(&str, &str); 4] = [
    ("randomize polys", "commit"),
    ("generate lookup permutation", "lookups"),
    ("compute quotient", "quotient"),
    ("FRI prover", "open"),
];

/// Nobody listens.
pub fn quiet() -> Progress {
    Arc::new(|_| Ok(()))
}

/// Runs `f` on this thread, reporting its stages. The first error of `progress` is returned in place of f's result.
pub fn reported<T>(progress: &Progress, f: impl FnOnce() -> Result<T>) -> Result<T> {
    let stopped = Arc::new(Mutex::new(None));
    let listener = Listener {
        progress: progress.clone(),
        next: AtomicUsize::new(0),
        spans: AtomicU64::new(1),
        stopped: stopped.clone(),
    };
    let result = tracing::subscriber::with_default(listener, f);
    match stopped.lock().ok().and_then(|mut error| error.take()) {
        Some(error) => Err(error),
        None => result,
    }
}

struct Listener {
    progress: Progress,
    /// First stage that has not begun.
    next: AtomicUsize,
    spans: AtomicU64,
    stopped: Arc<Mutex<Option<CoreError>>>,
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && STAGES.iter().any(|(span, _)| *span == metadata.name())
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let stage = STAGES.iter().position(|(name, _)| *name == span.metadata().name());
        // Upstream masks and looks up several times; a stage begins once, and never after a later one.
        if let Some(stage) = stage
            && self.next.fetch_max(stage + 1, Ordering::SeqCst) <= stage
            && let Err(error) = (self.progress)(STAGES[stage].1)
            && let Ok(mut stopped) = self.stopped.lock()
        {
            stopped.get_or_insert(error);
        }
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

//! The border around everything that may run long or panic.
//!
//! Each call gets threads of its own: the global pool's threads would not exist after a fork, and a call from a forked
//! worker would wait for them forever. Their stacks are large because upstream walks expression trees recursively.

use crate::error::{CoreError, Kind, Result};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once};

const STACK: usize = 64 << 20;

static RUNNING: AtomicUsize = AtomicUsize::new(0);
static PLACE: Mutex<Option<String>> = Mutex::new(None);
static HOOK: Once = Once::new();

/// Runs `f` on fresh threads; a panic becomes an error of kind `panic` with its message and place.
pub fn guarded<T: Send>(f: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    HOOK.call_once(keep_panics_quiet);
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .build()
        .map_err(|e| CoreError::new(Kind::Panic, format!("cannot start threads: {e}")))?;
    RUNNING.fetch_add(1, Ordering::SeqCst);
    let result = pool.install(|| catch_unwind(AssertUnwindSafe(f)));
    RUNNING.fetch_sub(1, Ordering::SeqCst);
    result.unwrap_or_else(|payload| {
        let text = payload
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        let place = PLACE.lock().ok().and_then(|mut p| p.take()).unwrap_or_default();
        Err(CoreError::new(Kind::Panic, format!("{text} ({place})")))
    })
}

/// While a guarded call runs, a panic is remembered for the error's message instead of printed: what is raised should
/// not also stand on stderr. Other panics keep the hook that was there.
fn keep_panics_quiet() {
    let previous = take_hook();
    set_hook(Box::new(move |info| {
        if RUNNING.load(Ordering::SeqCst) == 0 {
            previous(info);
        } else if let Ok(mut place) = PLACE.lock() {
            *place = info.location().map(|l| format!("{}:{}", short(l.file()), l.line()));
        }
    }));
}

/// The path from the crate's folder on: what stands before it is the building machine's business.
fn short(file: &str) -> &str {
    let folder = file.rfind("/src/").and_then(|at| file[..at].rfind('/'));
    folder.map_or(file, |at| &file[at + 1..])
}

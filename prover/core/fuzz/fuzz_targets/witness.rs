#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_core_fuzz::witness;

fuzz_target!(|data: &[u8]| {
    witness(data);
});

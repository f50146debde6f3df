#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_core_fuzz::profile;

fuzz_target!(|data: &[u8]| {
    profile(data);
});

// Four private elements in a row: digests, salts and ids from the tape.

from lib.hashing import Quad
from lib.tape import read

func read_quad{tape_ptr: felt*}() -> (quad: Quad) {
    alloc_locals;
    let (local x0) = read();
    let (local x1) = read();
    let (local x2) = read();
    let (local x3) = read();
    return (quad=Quad(x0, x1, x2, x3));
}

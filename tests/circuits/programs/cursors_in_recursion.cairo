// Every builtin threaded through a recursion: checks each number of the tape, chains a hash, sums prices.
// records: 10 20 30; 11 21 31
// tape: 3 0 1 1
// outputs: 32
// rejects: 3 0 1
// rejects: 2 0 1 1

%builtins output range_check poseidon tape schedule

from lib.hashing import Permutation, Quad, permute
from lib.ranges import range_check
from lib.tape import read

struct Record {
    price: felt,
    size: felt,
    rate: felt,
}

func total{range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, schedule_ptr: Record*}(
    n: felt, chain: Quad
) -> (sum: felt) {
    alloc_locals;
    if (n == 0) {
        return (sum=0);
    }
    let (local index) = read();
    range_check(index);
    let (local digest: Quad, _: Quad) = permute(chain, Quad(index, 0, 0, 0), Quad(1, 0, 0, 0));
    let (local rest) = total(n - 1, digest);
    range_check(n);
    return (sum=rest + schedule_ptr[index].price);
}

func main{output_ptr: felt*, range_check_ptr, poseidon_ptr: Permutation*, tape_ptr: felt*, schedule_ptr: Record*}() {
    alloc_locals;
    let (local n) = read();
    let (local sum) = total(n, Quad(0, 0, 0, 0));
    assert [output_ptr] = sum;
    let output_ptr = output_ptr + 1;
    return ();
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Lets in whoever holds an account proof that m of n verifiers attest.
/// @notice A reference, not audited: read docs/protocol/attestations.md before using any of it.
/// @dev Needs the BLS12-381 precompiles of EIP-2537. Points are uncompressed, 64 bytes a coordinate (16 zero bytes first):
///      128 bytes in G1, 256 in G2. Everything that is unclear reverts.
contract PlimsollGate {
    /// What verifiers sign; the same fields and widths as `AttestedStatement` in verifier/attestations.py.
    struct Verified {
        bytes32 kind;
        bytes32 program;
        bytes32 statement;
        bytes32 root;
        bytes32 values;
        bytes32 market;
        bytes32 parameters;
        bytes32 context;
        bytes32 threshold;
        uint64 snapshotTime;
        uint64 expiry;
        uint16 securityBits;
    }

    /// A verifier's public key, and its signature over the compressed key under the tag of possession.
    struct Member {
        bytes32[4] key;
        bytes32[8] possession;
    }

    /// What this gate accepts; fixed at construction.
    struct Terms {
        bytes32 publisher; // context digest of publications: the venue's key, and the oracles who signed its prices
        bytes32 bookProgram;
        bytes32 accountProgram;
        bytes32 parameters; // digest of the risk rules
        bytes32 threshold; // what an account must meet, as verifier/contexts.py writes it
        uint64 maxAge; // seconds that a snapshot stays good
        uint64 maxValidity; // seconds that an attestation may be signed ahead
        uint16 securityFloor; // proven bits
        uint16 tagAt; // place of the account's tag among the public values: four of them
    }

    bytes32 public constant TAG = "plimsoll/verified/1";
    bytes32 public constant CONTEXT_TAG = "plimsoll/context/evm/2";
    bytes32 public constant ACCOUNT = "account";
    bytes32 public constant PUBLICATION = "publication";
    uint64 public constant MAX_AHEAD = 300;
    uint256 public constant MAX_MEMBERS = 64;

    bytes private constant SIGNATURES = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
    bytes private constant POSSESSIONS = "BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
    address private constant MODEXP = address(0x05);
    address private constant G1_ADD = address(0x0b);
    address private constant G2_ADD = address(0x0d);
    address private constant PAIRING = address(0x0f);
    address private constant MAP_TO_G2 = address(0x11);
    // the field's prime, and (p - 1) / 2, as 16 and 32 bytes
    uint256 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    uint256 private constant HALF_HIGH = 0x0d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_LOW = 0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;
    // the generator of G1, negated
    bytes private constant MINUS_G1 =
        hex"0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0f"
        hex"c3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
        hex"00000000000000000000000000000000114d1d6855d545a8aa7d76c8cf2e21f2"
        hex"67816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca";

    Terms public terms;
    uint256 public immutable threshold;
    bytes32[4][] private keys;
    mapping(bytes32 root => uint64 snapshotTime) public rootTime;
    mapping(bytes32 root => bytes32 market) public rootMarket;
    mapping(address borrower => uint256) public nonces;
    /// An owner has one tag in one book: the tag is for this chain, this contract and the book's root, so one mapping
    /// holds the tags of all books.
    mapping(bytes32 tag => bool) public usedTags;

    event RootAccepted(bytes32 indexed root, uint64 snapshotTime);
    event Admitted(address indexed borrower, bytes32 indexed tag, bytes32 root);

    error Refused(string what);

    constructor(Member[] memory members, uint256 needed, Terms memory accepted) {
        if (members.length == 0 || members.length > MAX_MEMBERS) revert Refused("number of verifiers");
        if (needed == 0 || needed > members.length) revert Refused("threshold");
        if (accepted.securityFloor < 128) revert Refused("security floor");
        if (accepted.maxAge == 0 || accepted.maxValidity == 0) revert Refused("times");
        bytes memory last = new bytes(48);
        for (uint256 i = 0; i < members.length; i++) {
            // the point at infinity would count, and has every signature
            if (_isInfinity(members[i].key)) revert Refused("key at infinity");
            bytes memory compressed = _compress(members[i].key);
            // strictly ascending: nobody counts twice
            if (!_below(last, compressed)) revert Refused("order of keys");
            last = compressed;
            // without this a key made up from the others' could cancel them out
            if (!_verify(members[i].key, compressed, POSSESSIONS, members[i].possession)) revert Refused("possession");
            keys.push(members[i].key);
        }
        threshold = needed;
        terms = accepted;
    }

    /// @notice Accepts the root of a book that the pinned venue signed and the verifiers verified.
    function acceptRoot(Verified calldata v, uint256 bitmap, bytes32[8] calldata signature) external {
        if (v.kind != PUBLICATION) revert Refused("kind");
        if (v.program != terms.bookProgram) revert Refused("program");
        if (v.context != terms.publisher) revert Refused("publisher");
        if (v.threshold != 0) revert Refused("threshold of the account");
        _check(v, bitmap, signature);
        // a root belongs to one snapshot: a second one must not make it look younger, or priced otherwise
        if (rootTime[v.root] != 0) revert Refused("root known");
        rootTime[v.root] = v.snapshotTime;
        rootMarket[v.root] = v.market;
        emit RootAccepted(v.root, v.snapshotTime);
    }

    /// @notice Admits the sender: the owner of an account in an accepted book. Each owner once in each book, whatever
    ///         addresses she sends from and however many accounts she has there.
    /// @param publicValues of the account's proof, eight bytes each, most significant first.
    /// @param deadline until when the owner meant the proof to hold, seconds.
    function admit(
        Verified calldata v,
        uint256 bitmap,
        bytes32[8] calldata signature,
        bytes calldata publicValues,
        uint64 deadline
    ) external {
        if (v.kind != ACCOUNT) revert Refused("kind");
        if (v.program != terms.accountProgram) revert Refused("program");
        if (v.threshold != terms.threshold) revert Refused("threshold of the account");
        if (block.timestamp >= deadline) revert Refused("deadline");
        uint256 nonce = nonces[msg.sender];
        // the book's root is the scope: a tag for another one would be a second tag of the same owner
        if (v.context != sha256(contextOf(msg.sender, nonce, deadline, v.root))) revert Refused("context");
        if (v.values != sha256(publicValues)) revert Refused("public values");
        _check(v, bitmap, signature);
        uint64 shown = rootTime[v.root];
        if (shown == 0) revert Refused("root");
        if (block.timestamp > uint256(shown) + terms.maxAge) revert Refused("age of the root");
        // at the publication's prices: at others any account is healthy
        if (v.market != rootMarket[v.root]) revert Refused("market");
        uint256 start = uint256(terms.tagAt) * 8;
        if (publicValues.length < start + 32) revert Refused("tag");
        bytes32 tag = bytes32(publicValues[start:start + 32]);
        if (usedTags[tag]) revert Refused("tag used");
        usedTags[tag] = true;
        nonces[msg.sender] = nonce + 1;
        emit Admitted(msg.sender, tag, v.root);
    }

    /// @notice What an account's owner binds her proof to: this chain, this contract, herself, her next nonce, a deadline,
    ///         and as the scope of her tag the root of the book.
    function contextOf(address borrower, uint256 nonce, uint64 deadline, bytes32 root)
        public
        view
        returns (bytes memory)
    {
        return abi.encodePacked(CONTEXT_TAG, block.chainid, address(this), borrower, nonce, deadline, root);
    }

    /// @notice The 32 bytes that verifiers sign.
    function digestOf(Verified calldata v) public pure returns (bytes32) {
        bytes memory words = abi.encodePacked(
            TAG, v.kind, v.program, v.statement, v.root, v.values, v.market, v.parameters, v.context
        );
        return sha256(abi.encodePacked(words, v.threshold, v.snapshotTime, v.expiry, v.securityBits));
    }

    function _check(Verified calldata v, uint256 bitmap, bytes32[8] calldata signature) private view {
        if (v.parameters != terms.parameters) revert Refused("parameters");
        if (v.securityBits < terms.securityFloor) revert Refused("security");
        if (block.timestamp >= v.expiry) revert Refused("expired");
        if (v.expiry > block.timestamp + terms.maxValidity) revert Refused("expiry");
        if (block.timestamp > uint256(v.snapshotTime) + terms.maxAge) revert Refused("age of the snapshot");
        if (v.snapshotTime > block.timestamp + MAX_AHEAD) revert Refused("snapshot of the future");
        bytes32[4] memory key = _aggregate(bitmap);
        if (!_verify(key, abi.encodePacked(digestOf(v)), SIGNATURES, signature)) revert Refused("signature");
    }

    /// The sum of the keys that the bitmap names: bit i is verifier i.
    function _aggregate(uint256 bitmap) private view returns (bytes32[4] memory sum) {
        if (bitmap >> keys.length != 0) revert Refused("bitmap");
        uint256 signers = 0;
        for (uint256 i = 0; i < keys.length; i++) {
            if ((bitmap >> i) & 1 == 0) continue;
            signers++;
            // all zeros is the point at infinity, to which the first key is added
            bytes memory out = _call(G1_ADD, abi.encodePacked(sum, keys[i]), 128);
            sum = abi.decode(out, (bytes32[4]));
        }
        if (signers < threshold) revert Refused("threshold");
        if (_isInfinity(sum)) revert Refused("key at infinity");
    }

    /// e(key, H(message)) * e(-G1, signature) == 1; the precompile refuses what is off the curve or out of the subgroup.
    function _verify(bytes32[4] memory key, bytes memory message, bytes memory tag, bytes32[8] memory signature)
        private
        view
        returns (bool)
    {
        bytes memory pairs = abi.encodePacked(key, _hashToG2(message, tag), MINUS_G1, signature);
        return abi.decode(_call(PAIRING, pairs, 32), (uint256)) == 1;
    }

    /// hash_to_curve of RFC 9380, suite BLS12381G2_XMD:SHA-256_SSWU_RO_; the precompile clears the cofactor of each part.
    function _hashToG2(bytes memory message, bytes memory tag) private view returns (bytes memory) {
        bytes memory suffix = abi.encodePacked(tag, uint8(tag.length));
        // expand_message_xmd to 256 bytes: eight digests
        bytes32 first = sha256(abi.encodePacked(new bytes(64), message, uint16(256), uint8(0), suffix));
        bytes32[8] memory b;
        b[0] = sha256(abi.encodePacked(first, uint8(1), suffix));
        for (uint8 i = 1; i < 8; i++) {
            b[i] = sha256(abi.encodePacked(first ^ b[i - 1], i + 1, suffix));
        }
        bytes memory left = abi.encodePacked(_reduce(b[0], b[1]), _reduce(b[2], b[3]));
        bytes memory right = abi.encodePacked(_reduce(b[4], b[5]), _reduce(b[6], b[7]));
        return _call(G2_ADD, abi.encodePacked(_call(MAP_TO_G2, left, 256), _call(MAP_TO_G2, right, 256)), 256);
    }

    /// 64 bytes modulo the field's prime, as 64 bytes: x^1 mod p by the precompile of EIP-198.
    function _reduce(bytes32 high, bytes32 low) private view returns (bytes memory) {
        bytes memory sizes = abi.encodePacked(uint256(64), uint256(1), uint256(64));
        return _call(MODEXP, abi.encodePacked(sizes, high, low, uint8(1), P_HIGH, P_LOW), 64);
    }

    /// 48 bytes, as signatures of possession are made over: x with three flags (compressed, infinity, larger y).
    function _compress(bytes32[4] memory key) private pure returns (bytes memory) {
        uint256 high = uint256(key[0]);
        if (high > P_HIGH) revert Refused("coordinate");
        uint256 y = uint256(key[2]);
        bool larger = y > HALF_HIGH || (y == HALF_HIGH && uint256(key[3]) > HALF_LOW);
        high |= larger ? uint256(0xa0) << 120 : uint256(0x80) << 120;
        return abi.encodePacked(uint128(high), key[1]);
    }

    function _isInfinity(bytes32[4] memory key) private pure returns (bool) {
        return key[0] | key[1] | key[2] | key[3] == 0;
    }

    function _below(bytes memory a, bytes memory b) private pure returns (bool) {
        for (uint256 i = 0; i < 48; i++) {
            if (a[i] != b[i]) return a[i] < b[i];
        }
        return false;
    }

    function _call(address precompile, bytes memory input, uint256 expected) private view returns (bytes memory) {
        (bool ok, bytes memory out) = precompile.staticcall(input);
        // where there is no precompile, a call succeeds and returns nothing
        if (!ok || out.length != expected) revert Refused("precompile");
        return out;
    }
}

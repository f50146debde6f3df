// Compiles a contract, runs the deployments and cases that stdin holds as JSON, and writes what happened as JSON.
import fs from "node:fs"
import { Common, Hardfork, Mainnet } from "@ethereumjs/common"
import { createEVM } from "@ethereumjs/evm"
import { SimpleStateManager } from "@ethereumjs/statemanager"
import { Account, Address, bytesToHex, hexToBytes } from "@ethereumjs/util"
import solc from "solc"

const input = JSON.parse(fs.readFileSync(0, "utf8"))
const settings = {
  evmVersion: "prague",
  viaIR: true,
  optimizer: { enabled: true, runs: 200 },
  outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
}
const sources = { "PlimsollGate.sol": { content: fs.readFileSync(input.source, "utf8") } }
const built = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings })))
const problems = (built.errors ?? []).map((one) => one.formattedMessage)
if (problems.length > 0) {
  console.error(problems.join("\n"))
  process.exit(1)
}
const code = built.contracts["PlimsollGate.sol"].PlimsollGate.evm.bytecode.object
const LIMIT = 30_000_000n

// The words of `Refused(string)`, "" for a revert without, null for success.
function refused(result) {
  const error = result.execResult.exceptionError
  if (error === undefined) return null
  const data = result.execResult.returnValue
  if (error.error !== "revert") return `${error.error}`
  if (data.length < 68) return ""
  const length = Number(BigInt(bytesToHex(data.slice(36, 68))))
  return new TextDecoder().decode(data.slice(68, 68 + length))
}

async function fresh(chain) {
  const common = new Common({ chain: { ...Mainnet, chainId: chain }, hardfork: Hardfork.Prague })
  const evm = await createEVM({ common, stateManager: new SimpleStateManager({ common }), allowUnlimitedInitCodeSize: false })
  return evm
}

async function deploy(evm, gate, args) {
  // at the address that the cases are bound to: creation code runs there as a call, and its result is stored as code
  const target = new Address(hexToBytes(gate))
  await evm.stateManager.putAccount(target, new Account(0n, 1_000_000n))
  await evm.stateManager.putCode(target, hexToBytes(`0x${code}${args.slice(2)}`))
  const result = await evm.runCall({ to: target, data: new Uint8Array(), gasLimit: LIMIT, block: blockAt(1) })
  const words = refused(result)
  if (words === null) await evm.stateManager.putCode(target, result.execResult.returnValue)
  return { refused: words, gas: Number(result.execResult.executionGasUsed) }
}

function blockAt(time) {
  const zero = new Address(new Uint8Array(20))
  return {
    header: {
      number: 1n, coinbase: zero, timestamp: BigInt(time), difficulty: 0n, prevRandao: new Uint8Array(32),
      gasLimit: LIMIT, baseFeePerGas: 0n, getBlobGasPrice: () => 1n,
    },
  }
}

const deployments = []
for (const one of input.deployments) {
  deployments.push({ name: one.name, ...(await deploy(await fresh(input.chain), input.gate, one.arguments)) })
}
const cases = []
for (const one of input.cases) {
  const evm = await fresh(one.chain)
  await deploy(evm, input.gate, input.deployments[0].arguments)
  const results = []
  for (const call of one.calls) {
    const caller = new Address(hexToBytes(call.sender))
    const result = await evm.runCall({
      caller, origin: caller, to: new Address(hexToBytes(input.gate)), data: hexToBytes(call.data),
      gasLimit: LIMIT, block: blockAt(call.time),
    })
    results.push({ refused: refused(result), gas: Number(result.execResult.executionGasUsed) })
  }
  cases.push({ name: one.name, results })
}
console.log(JSON.stringify({ bytes: code.length / 2, deployments, cases }))

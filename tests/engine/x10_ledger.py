"""x10's ledger, as far as its flow cases need one: accounts of collateral and positions, funding applied lazily."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from venues import X10Asset, X10Value, x10_schedules, x10_value

from plimsoll.engine.settlement import funding_payment
from plimsoll.engine.transitions import Figures, is_fair_deleverage, is_healthier

FUNDING_SCALE = 2**32
STATES = ("healthy", "liquidatable", "deleveragable")


class Ledger:
    """Runs the steps of one flow case; `check` steps are handed to `compare(step, value)`."""

    def __init__(self, assets: dict[str, X10Asset]) -> None:
        self.assets = assets
        self.funding = dict.fromkeys(assets, 0)
        self.collateral: dict[str, int] = {}
        self.positions: dict[str, dict[str, tuple[int, int]]] = {}

    def due(self, user: str) -> int:
        """Collateral with the funding that is due, each asset's payment floored."""
        payments = (
            funding_payment(balance, index, self.funding[asset], FUNDING_SCALE)
            for asset, (balance, index) in self.positions.get(user, {}).items()
        )
        return self.collateral.get(user, 0) + sum(payments)

    def value(self, user: str) -> X10Value:
        """The account's figures now, through the engine."""
        balances = {asset: balance for asset, (balance, _) in self.positions.get(user, {}).items()}
        return x10_value(x10_schedules(self.assets), self.due(user), balances)

    def figures(self, user: str) -> Figures:
        """Total value and total risk."""
        value = self.value(user)
        return Figures(value.value, value.risk)

    def move(self, user: str, amount: int, asset: str = "", base: int = 0) -> None:
        """Add collateral and a position change; a touched position settles its funding first."""
        self.collateral[user] = self.collateral.get(user, 0) + amount
        if not asset:
            return
        positions = self.positions.setdefault(user, {})
        balance, index = positions.get(asset, (0, 0))
        self.collateral[user] += funding_payment(balance, index, self.funding[asset], FUNDING_SCALE)
        positions[asset] = (balance + base, self.funding[asset])

    def transition(self, users: list[str], change: Callable[[], None]) -> list[tuple[Figures, Figures]]:
        """Figures of each user before and after a change, each of which must be healthier."""
        before = [self.figures(user) for user in users]
        change()
        pairs = list(zip(before, map(self.figures, users), strict=True))
        assert all(is_healthier(*pair) for pair in pairs), pairs
        return pairs

    def exchange(self, asset: str, users: tuple[str, str], amounts: Sequence[int]) -> None:
        """The first user gets base and quote (signed), the second gives them; each pays its fee, if there is one."""
        base, quote, fee, other_fee = (*amounts, 0, 0)[:4]
        self.move(users[0], quote - fee, asset, base)
        self.move(users[1], -quote - other_fee, asset, -base)

    def run(self, step: list[Any]) -> X10Value | None:
        """One step. A `check` or `collateral` step is compared here; illegal steps fail an assertion."""
        getattr(self, f"_{step[0]}")(*step[1:])
        return self.value(step[1]) if step[0] == "check" else None

    def _deposit(self, user: str, amount: str) -> None:
        self.move(user, int(amount))

    def _withdraw(self, user: str, amount: str) -> None:
        self.transition([user], lambda: self.move(user, -int(amount)))

    def _transfer(self, sender: str, receiver: str, amount: str) -> None:
        self.move(receiver, int(amount))
        self.transition([sender], lambda: self.move(sender, -int(amount)))

    def _trade(self, asset: str, buyer: str, seller: str, *amounts: str) -> None:
        base, quote, *fees = map(int, amounts)
        self.transition([buyer, seller], lambda: self.exchange(asset, (buyer, seller), [base, -quote, *fees]))

    def _funding(self, indices: dict[str, str]) -> None:
        self._funding_raw({asset: str(int(index) * FUNDING_SCALE) for asset, index in indices.items()})

    def _funding_raw(self, indices: dict[str, str]) -> None:
        self.funding = {asset: int(indices.get(asset, "0")) for asset in self.assets}

    def _price(self, prices: dict[str, str]) -> None:
        for asset, price in prices.items():
            old = self.assets[asset]
            self.assets[asset] = X10Asset(int(price), old.tiers, old.first_boundary, old.tier_size)

    def _liquidate(self, asset: str, user: str, other: str, *amounts: str) -> None:
        assert self.value(user).status != "healthy"
        base, quote, *fees = map(int, amounts)
        self.transition([user, other], lambda: self.exchange(asset, (user, other), [base, quote, *fees]))

    def _liquidate_invalid(self, asset: str, user: str, _other: str, base: str, *_rest: str) -> None:
        balance, _ = self.positions[user][asset]
        assert balance * (balance + int(base)) < 0, "the venue refuses it because it flips the position"

    def _deleverage(self, asset: str, user: str, other: str, base: str, quote: str) -> None:
        assert self.value(user).status == "deleveragable"
        before = self.figures(user)
        self.transition([user], lambda: self.exchange(asset, (user, other), [int(base), int(quote)]))
        assert is_fair_deleverage(before, self.figures(user))

    def _reduce(self, asset: str, user: str, other: str, base: str) -> None:
        self.exchange(asset, (user, other), [int(base), -int(base) * self.assets[asset].price])

    def _check(self, user: str, value: str | None, risk: str | None, status: str | None) -> None:
        found = self.value(user)
        assert value is None or int(value) == found.value, found
        assert risk is None or int(risk) == found.risk, found
        assert status in (None, found.status), found
        # The engine does not round risk down: it may be stricter than the venue, never laxer.
        assert found.health.solvent <= (found.status == "healthy"), found

    def _collateral(self, user: str, amount: str) -> None:
        assert self.due(user) == int(amount)

"""The Rosenbrock method Rodas5P in its transformed, autonomous form.

Source: steinebach_2023 (G. Steinebach, Construction of Rosenbrock-Wanner method Rodas5P, BIT Numer. Math.
63, 27, 2023). Stage i solves (1/(h gamma) - J) u_i = f(y + sum A[i][j] u_j) + sum (C[i][j] / h) u_j; the new
value is the last stage's argument plus its u, which is also the error estimate (orders 5 and 4).
"""

from __future__ import annotations

GAMMA = 0.21193756319429014
STAGES = 8
ORDER = 5

_A6 = (
    -7.502846399306121, 2.561846144803919, -11.627539656261098, -0.18268767659942256, 0.030198172008377946,
)  # fmt: skip
A: tuple[tuple[float, ...], ...] = (
    (),
    (3.0,),
    (2.849394379747939, 0.45842242204463923),
    (-6.954028509809101, 2.489845061869568, -10.358996098473584),
    (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
    _A6,
    (*_A6, 1.0),
    (*_A6, 1.0, 1.0),
)
C: tuple[tuple[float, ...], ...] = (
    (),
    (-14.155112264123755,),
    (-17.97296035885952, -2.859693295451294),
    (147.12150275711716, -1.41221402718213, 71.68940251302358),
    (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
    (24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471),
    (
        30.91273214028599, -3.1208243349937974, 77.79954646070892, 34.28646028294783, -19.097331116725623,
        -28.087943162872662,
    ),
    (
        37.80277123390563, -3.2571969029072276, 112.26918849496327, 66.9347231244047, -40.06618937091002,
        -54.66780262877968, -9.48861652309627,
    ),
)  # fmt: skip


def _classical() -> tuple[list[list[float]], list[list[float]]]:
    """alpha and Gamma of the classical form, by forward substitution from the transformed coefficients."""
    inverse = [[0.0] * STAGES for _ in range(STAGES)]  # of Gamma: 1 / gamma on the diagonal, minus C below
    for i in range(STAGES):
        for j in range(i):
            inverse[i][j] = -C[i][j]
        inverse[i][i] = 1.0 / GAMMA
    gamma = [[0.0] * STAGES for _ in range(STAGES)]
    for column in range(STAGES):
        for i in range(column, STAGES):
            known = sum(inverse[i][j] * gamma[j][column] for j in range(column, i))
            gamma[i][column] = ((1.0 if i == column else 0.0) - known) / inverse[i][i]
    alpha = [
        [sum(A[i][s] * gamma[s][j] for s in range(len(A[i]))) for j in range(STAGES)] for i in range(STAGES)
    ]
    return alpha, gamma


_ALPHA, _GAMMA = _classical()


def _tidy(value: float) -> float:
    """Sums that are 0 or 1 by the method's construction, without their rounding."""
    return round(value) + 0.0 if abs(value - round(value)) < 1e-12 else value


TIMES = tuple(_tidy(sum(row)) for row in _ALPHA)
"""Where each stage stands, as a share of the step."""

SLOPES = tuple(_tidy(sum(row)) for row in _GAMMA)
"""What of step times the slope in time each stage adds, where the rates depend on time."""

WEIGHTS = tuple(
    sum(share * row[stage] for share, row in zip((*A[-1], 1.0), _GAMMA, strict=True))
    for stage in range(STAGES)
)
"""The weights of the stages' rates in the new value."""

WEIGHT_OF_SLOPE = sum(weight * slope for weight, slope in zip(WEIGHTS, SLOPES, strict=True))
"""The weight in the new value of the square of the step times the slope in time."""

"""The Rosenbrock W-method ROS34PW2, of order 3 for any matrix in place of the Jacobian.

Source: rang_angermann_2005 (J. Rang and L. Angermann, New Rosenbrock W-methods of order 3 for partial differential
algebraic equations of index 1, BIT Numer. Math. 45, 761-787, 2005). With a matrix A the stages are
(1 - h gamma A) k_i = f(y + h sum ALPHA[i][j] k_j) + h A sum GAMMAS[i][j] k_j; the new value is y + h sum WEIGHTS[i] k_i.
Stiffly accurate; the embedded method is of order 2.
"""

from __future__ import annotations

STAGES = 4
ORDER = 3
GAMMA = 4.3586652150845900e-01
ALPHA: tuple[tuple[float, ...], ...] = (
    (),
    (8.7173304301691801e-01,),
    (8.4457060015369423e-01, -1.1299064236484185e-01),
    (0.0, 0.0, 1.0),
)
GAMMAS: tuple[tuple[float, ...], ...] = (
    (),
    (-8.7173304301691801e-01,),
    (-9.0338057013044082e-01, 5.4180672388095326e-02),
    (2.4212380706095346e-01, -1.2232505839045147e00, 5.4526025533510214e-01),
)
WEIGHTS = (2.4212380706095346e-01, -1.2232505839045147e00, 1.5452602553351020e00, GAMMA)
EMBEDDED = (3.7810903145819369e-01, -9.6042292212423178e-02, 0.5, 2.1793326075422950e-01)
ERROR = tuple(weight - other for weight, other in zip(WEIGHTS, EMBEDDED, strict=True))
TIMES = tuple(sum(row) for row in ALPHA)

"""GLAD: how able each annotator is, and how hard each example.

Whitehill et al., "Whose Vote Should Count More: Optimal Integration of Labels from Labelers of Unknown Expertise"
(2009, https://papers.nips.cc/paper/3644): an answer is right with the logistic of ability times ease, and any other
label is as likely as the next one. Ability and the logarithm of ease have normal priors about 1.
"""

from typing import Any

import numpy as np

from runners.label.answers import Answers
from runners.label.distances import Figures
from runners.label.merging import Chances, Labels, by_majority, likeliest

STEPS = 50
"""Steps of the estimation, at most; it ends where no probability moves by `MOVED`."""
MOVED = 1e-5
_INNER = 10
"""Steps towards the abilities and eases that fit best, within each."""
_PRIOR = 1.0


def by_glad(answers: Answers) -> Labels:
    """Estimate the labels, abilities and eases together; confidence is the label's posterior probability."""
    if len(answers.labels) < 2:
        return by_majority(answers)
    from scipy.optimize import minimize

    people = len(answers.annotators)
    point = np.full(people + len(answers.examples), _PRIOR)
    chances = _chances(answers, point)
    for _ in range(STEPS):
        right = chances[answers.example, answers.label]
        found = minimize(_loss, point, (answers, right), method="L-BFGS-B", jac=True, options={"maxiter": _INNER})
        former, point = chances, np.asarray(found.x)
        chances = _chances(answers, point)
        if np.abs(chances - former).max() < MOVED:
            break
    return likeliest(answers.labels, chances)


def _strengths(answers: Answers, point: Figures) -> tuple[Figures, Figures]:
    """Return each answer's ability and ease."""
    people = len(answers.annotators)
    return point[:people][answers.annotator], np.exp(point[people:])[answers.example]


def _chances(answers: Answers, point: Figures) -> Chances:
    """Return the probability of each label (columns) for each example (rows)."""
    from scipy import sparse

    ability, ease = _strengths(answers, point)
    shape = (len(answers.examples), len(answers.labels))
    # The logarithm of right by wrong is the strength itself, and what is wrong is one of the other labels.
    more = ability * ease + np.log(len(answers.labels) - 1)
    logs = sparse.csr_array((more, (answers.example, answers.label)), shape=shape).toarray()
    better: Chances = np.exp(logs - logs.max(axis=1, keepdims=True))
    better /= better.sum(axis=1, keepdims=True)
    return better


def _loss(point: Figures, answers: Answers, right: Figures) -> tuple[float, Any]:
    """Return how badly abilities and eases fit answers that are right with some probability, and the slope of that."""
    from scipy.special import expit, log_expit

    ability, ease = _strengths(answers, point)
    strength = ability * ease
    away = point - _PRIOR
    fit = (right * log_expit(strength) + (1 - right) * log_expit(-strength)).sum() - (away**2).sum() / 2
    missing = right - expit(strength)
    of_people = np.bincount(answers.annotator, missing * ease, len(answers.annotators))
    of_examples = np.bincount(answers.example, missing * strength, len(answers.examples))
    return -float(fit), away - np.concatenate([of_people, of_examples])

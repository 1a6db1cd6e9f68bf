from training.access import opens_to
from training.models import Role


@opens_to(Role.EVALUATOR)
def home(request, *args, **kwargs):
    raise NotImplementedError


@opens_to(Role.EVALUATOR)
def study(request, *args, **kwargs):
    raise NotImplementedError


@opens_to(Role.EVALUATOR)
def add_cohort(request, *args, **kwargs):
    raise NotImplementedError


@opens_to(Role.EVALUATOR)
def close(request, *args, **kwargs):
    raise NotImplementedError

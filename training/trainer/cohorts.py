from training.access import opens_to
from training.models import Role


@opens_to(Role.TRAINER)
def cohorts(request, *args, **kwargs):
    raise NotImplementedError


@opens_to(Role.TRAINER)
def cohort(request, *args, **kwargs):
    raise NotImplementedError


@opens_to(Role.TRAINER)
def one_time_code(request, *args, **kwargs):
    raise NotImplementedError

from training.access import opens_to
from training.models import Role


@opens_to(Role.EVALUATOR)
def make(request, *args, **kwargs):
    raise NotImplementedError


@opens_to(Role.EVALUATOR)
def release(request, *args, **kwargs):
    raise NotImplementedError


@opens_to(Role.EVALUATOR)
def publish(request, *args, **kwargs):
    raise NotImplementedError


@opens_to(Role.EVALUATOR)
def request_export(request, *args, **kwargs):
    raise NotImplementedError


@opens_to(Role.EVALUATOR)
def export(request, *args, **kwargs):
    raise NotImplementedError


@opens_to(Role.EVALUATOR)
def download(request, *args, **kwargs):
    raise NotImplementedError

from django.db import transaction

from training.models import Certificate, Enrolment
from training.models.way import certificate_of, way_of


@transaction.atomic
def issue_certificate(enrolment: Enrolment) -> Certificate:
    """The enrolment's certificate; made once. It never depends on a survey."""
    if certificate := certificate_of(enrolment):
        return certificate
    way = way_of(enrolment)
    return Certificate.objects.create(
        enrolment=enrolment,
        name_km=enrolment.learner.name_km,
        name_latin=enrolment.learner.name_latin,
        modules=len(way.modules),
        lessons=len(way.lessons),
    )

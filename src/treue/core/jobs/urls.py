from django.urls import path

from treue.core.jobs import mail_views, views

urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("<int:job_id>/card/", views.card, name="job_card"),
    path("<int:job_id>/cancel/", views.cancel, name="job_cancel"),
    path("<int:job_id>/retry/", views.retry, name="job_retry"),
    path("mail/", mail_views.mails, name="mail"),
    path("mail/<int:mail_id>/", mail_views.mail, name="mail_text"),
    path("mail/<int:mail_id>/retry/", mail_views.retry, name="mail_retry"),
]

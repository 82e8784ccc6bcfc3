from django.urls import path

from treue.act.referrals import link_views

urlpatterns = [path("<str:code>", link_views.follow_link, name="referral_link")]

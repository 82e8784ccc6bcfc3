from django.urls import path

from treue.act.vouchers import views

urlpatterns = [
    path("", views.vouchers, name="vouchers"),
    path("new/", views.new_campaign, name="voucher_campaign_new"),
    path("look-up/", views.look_up, name="voucher_look_up"),
    path("<int:campaign_id>/", views.campaign, name="voucher_campaign"),
    path("<int:campaign_id>/make/", views.make_codes, name="voucher_codes_make"),
    path("<int:campaign_id>/codes.csv", views.codes_csv, name="voucher_codes_csv"),
    path("<int:campaign_id>/end/", views.end_campaign, name="voucher_campaign_end"),
    path("codes/<int:code_id>/cancel/", views.cancel_code, name="voucher_code_cancel"),
]

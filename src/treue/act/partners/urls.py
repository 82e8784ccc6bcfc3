from django.urls import path

from treue.act.partners import statement_views, views

STATEMENT = "<int:partner_id>/statements/<int:statement_id>"
urlpatterns = [
    path("", views.partners, name="partners"),
    path("new/", views.new_partner, name="partner_new"),
    path("<int:partner_id>/", views.partner, name="partner"),
    path("<int:partner_id>/edit/", views.edit_partner, name="partner_edit"),
    path("<int:partner_id>/agreements/new/", views.new_agreement, name="partner_agreement_new"),
    path("<int:partner_id>/keys/new/", views.new_key, name="partner_key_new"),
    path(f"{STATEMENT}/", statement_views.statement, name="partner_statement"),
    path(f"{STATEMENT}.pdf", statement_views.pdf, name="partner_statement_pdf"),
    path(f"{STATEMENT}.csv", statement_views.csv, name="partner_statement_csv"),
    path(f"{STATEMENT}/close/", statement_views.close, name="partner_statement_close"),
    path(f"{STATEMENT}/lines/<int:line_id>/dispute/", statement_views.dispute_line, name="partner_line_dispute"),
    path("disputes/<int:dispute_id>/", statement_views.dispute, name="partner_dispute"),
]

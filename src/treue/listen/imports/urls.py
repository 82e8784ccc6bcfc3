"""Addresses of imports."""

from django.urls import path

from treue.listen.imports import row_views, views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("new/", views.upload, name="import_upload"),
    path("<int:import_id>/", views.result, name="import_result"),
    path("<int:import_id>/columns/", views.columns, name="import_columns"),
    path("<int:import_id>/sheet/", views.sheet, name="import_sheet"),
    path("<int:import_id>/probe/", views.probe, name="import_probe"),
    path("<int:import_id>/check/", views.check, name="import_check"),
    path("<int:import_id>/non-product/", views.non_product, name="import_non_product"),
    path("<int:import_id>/start/", views.start, name="import_start"),
    path("<int:import_id>/card/", views.card, name="import_card"),
    path("<int:import_id>/cancel/", views.cancel, name="import_cancel"),
    path("<int:import_id>/undo/", views.undo, name="import_undo"),
    path("<int:import_id>/rows/", row_views.rows, name="import_rows"),
    path("<int:import_id>/rows.csv", row_views.rows_csv, name="import_rows_csv"),
]

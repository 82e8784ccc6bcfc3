from django.urls import path

from treue.act.gifts import member_views, views

urlpatterns = [
    path("loyalty/gifts/", views.gifts, name="gifts"),
    path("loyalty/gifts/new/", views.new_plan, name="gift_plan_new"),
    path("loyalty/gifts/<int:plan_id>/", views.plan, name="gift_plan"),
    path("loyalty/gifts/<int:plan_id>/edit/", views.edit_plan, name="gift_plan_edit"),
    path("loyalty/gifts/<int:plan_id>/stop/", views.stop, name="gift_plan_stop"),
    path("loyalty/gifts/<int:plan_id>/resume/", views.resume, name="gift_plan_resume"),
    path("customers/<int:number>/gifts/", member_views.member_gifts, name="customer_gifts"),
    path("customers/<int:number>/gifts/give/", member_views.give, name="customer_gift_give"),
]

from django.urls import path

from treue.act.loyalty import correction_views, member_views, replay_views, tier_views, views
from treue.act.loyalty.books import views as books
from treue.act.loyalty.funnel import views as funnel
from treue.act.loyalty.setup import preview_views, rule_views
from treue.act.loyalty.setup import views as steps

urlpatterns = [
    path("loyalty/", views.programme, name="programme"),
    path("loyalty/set-up/", steps.step, name="programme_set_up"),
    path("loyalty/set-up/preview/try/", preview_views.try_it, name="programme_set_up_try"),
    path("loyalty/set-up/preview/publish/", preview_views.publish, name="programme_set_up_publish"),
    path("loyalty/set-up/preview/drop/", preview_views.drop, name="programme_set_up_drop"),
    path("loyalty/set-up/rules/", rule_views.rules, name="programme_rules"),
    path("loyalty/set-up/rules/for-all/", rule_views.for_all, name="programme_rules_for_all"),
    path("loyalty/set-up/rules/new/<slug:kind>/", rule_views.new_rule, name="programme_rule_new"),
    path("loyalty/set-up/rules/of/<slug:name>/", rule_views.edit_rule, name="programme_rule"),
    path("loyalty/set-up/rules/of/<slug:name>/remove/", rule_views.remove_rule, name="programme_rule_remove"),
    path("loyalty/set-up/<slug:name>/", steps.step, name="programme_set_up_step"),
    path("loyalty/replay/<int:job_id>/", replay_views.replayed, name="programme_replayed"),
    path("loyalty/members/", views.members, name="programme_members"),
    path("loyalty/tiers/", views.tiers, name="programme_tiers"),
    path("loyalty/funnel/", funnel.funnel, name="programme_funnel"),
    path("loyalty/funnel/again/", funnel.again, name="programme_funnel_again"),
    path("loyalty/funnel/cohorts.csv", funnel.csv, name="programme_funnel_csv"),
    path("loyalty/corrections/", correction_views.waiting, name="programme_corrections"),
    path("loyalty/corrections/<int:correction>/decide/", correction_views.decide, name="programme_correction"),
    path("loyalty/liability/", books.liability, name="liability"),
    path("loyalty/liability/terms/", books.save_terms, name="liability_terms"),
    path("loyalty/liability/close/", books.close_month, name="liability_close"),
    path("loyalty/liability/<slug:name>.csv", books.csv, name="liability_csv"),
    path("customers/<int:number>/loyalty/", member_views.member, name="customer_loyalty"),
    path("customers/<int:number>/loyalty/join/", member_views.join, name="customer_loyalty_join"),
    path("customers/<int:number>/loyalty/leave/", member_views.leave, name="customer_loyalty_leave"),
    path("customers/<int:number>/loyalty/adjust/", member_views.adjust, name="customer_loyalty_adjust"),
    path("customers/<int:number>/loyalty/tier/give/", tier_views.grant, name="customer_loyalty_tier"),
    path("customers/<int:number>/loyalty/tier/<int:grant_id>/end/", tier_views.end, name="customer_loyalty_tier_end"),
]

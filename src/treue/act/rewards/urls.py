from django.urls import path

from treue.act.rewards import member_views, views

urlpatterns = [
    path("rewards/", views.rewards, name="rewards"),
    path("rewards/new/", views.new_reward, name="reward_new"),
    path("rewards/<int:reward_id>/", views.reward, name="reward"),
    path("rewards/<int:reward_id>/edit/", views.edit_reward, name="reward_edit"),
    path("rewards/look-up/", views.find_claim, name="reward_claim_find"),
    path("rewards/claims/<int:claim_id>/", views.claim, name="reward_claim"),
    path("rewards/claims/<int:claim_id>/hand-over/", views.hand_over, name="reward_hand_over"),
    path("rewards/claims/<int:claim_id>/cancel/", views.cancel, name="reward_cancel"),
    path("customers/<int:number>/rewards/", member_views.member_rewards, name="customer_rewards"),
    path("customers/<int:number>/rewards/<int:reward_id>/", member_views.redeem, name="customer_reward_redeem"),
]

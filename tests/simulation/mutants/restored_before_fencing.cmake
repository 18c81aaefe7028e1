# The index is restored before the predecessor is fenced, which may still write.
set(file daemon/stages/judge_worker.cc)
set(from [==[log::Info("taking office as the judge", {});
    state_ = State::kInit;]==])
set(to [==[log::Info("taking office as the judge", {});
    state_ = State::kAskEnd;]==])
set(from2 [==[  Failpoint("judge.fenced_predecessor");
  state_ = State::kAskEnd;]==])
set(to2 [==[  Failpoint("judge.fenced_predecessor");
  state_ = State::kCheck;]==])
set(from3 [==[    judge_->Commit();
    state_ = State::kCheck;]==])
set(to3 [==[    judge_->Commit();
    state_ = State::kInit;]==])

# A judge that was fenced, or does not know what became of its batch, initialises again at once and stays.
set(file daemon/stages/judge_worker.cc)
set(from [==[  judge_->Rollback();
  return Leave(publisher_.last_error().message, now);]==])
set(to [==[  judge_->Rollback();
  in_flight_ = false;
  reader_.Doubt();
  state_ = State::kRewind;
  return Progress::kProgress;]==])
